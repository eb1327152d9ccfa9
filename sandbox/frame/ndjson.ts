import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/**
 * The rows of an NDJSON file, plain or .gz, one at a time, so that memory does not grow with the file.
 * @throws Error naming the file and line of a row that is no JSON.
 */
export async function* readNdjson(file: string): AsyncGenerator<unknown> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  // A stream piped into another one does not pass its own error on.
  raw.on('error', (error) => input.destroy(error));
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() === '') continue;
      try {
        yield JSON.parse(text);
      } catch {
        throw new Error(`${file}:${line}: expected one JSON object per line, found: ${text.slice(0, 80)}`);
      }
    }
  } finally {
    raw.destroy();
  }
}
