import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

export interface Line {
  /** Null: longer than `MAX_LINE_BYTES`, so it was not kept. */
  text: string | null;
  /** Of the unpacked text, just after this line. */
  endOffset: number;
  /** False for a last line without a line break: it may still be growing. */
  ended: boolean;
}

export const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Lines from an offset of the unpacked text on, in bounded memory. A gzip file cannot be entered in the middle: what
 * lies before the offset is unpacked and dropped. Rejects as the file system does when the file cannot be read.
 */
export async function* readLines(path: string, offset: number): AsyncGenerator<Line> {
  const packed = path.endsWith('.gz');
  const file = createReadStream(path, { start: packed ? 0 : offset });
  const stream = packed ? file.pipe(createGunzip()) : file;
  // pipe() passes no errors on.
  if (packed) file.on('error', (error) => stream.destroy(error));
  let position = packed ? 0 : offset;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
  };
  const finish = (ended: boolean): Line => {
    const text = length <= MAX_LINE_BYTES ? Buffer.concat(parts).toString('utf8') : null;
    parts = [];
    length = 0;
    return { text, endOffset: position, ended };
  };
  try {
    for await (const raw of stream) {
      let chunk: Buffer = raw;
      if (position < offset) {
        const skipped = Math.min(chunk.length, offset - position);
        position += skipped;
        chunk = chunk.subarray(skipped);
      }
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE)) {
        take(chunk.subarray(0, end));
        position += end + 1;
        yield finish(true);
        chunk = chunk.subarray(end + 1);
      }
      take(chunk);
      position += chunk.length;
    }
    if (length > 0) yield finish(false);
  } finally {
    file.destroy();
    stream.destroy();
  }
}
