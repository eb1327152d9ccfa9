import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Appends JSON lines to a file, in order; with no file it does nothing. */
export interface LineFile {
  write: (row: unknown) => void;
  /** Resolves when everything written so far has been handed to the operating system. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

export function openLineFile(file: string | null): LineFile {
  if (file === null) return { write: () => undefined, flush: async () => undefined, close: async () => undefined };
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  const failed: { error: Error | null } = { error: null };
  stream.on('error', (error) => {
    failed.error = error;
  });
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      if (failed.error !== null) return reject(failed.error);
      stream.write('', (error) => (error ? reject(error) : resolve()));
    });
  return {
    write: (row) => {
      if (!stream.writableEnded) stream.write(`${JSON.stringify(row)}\n`);
    },
    flush,
    close: async () => {
      if (failed.error !== null) throw failed.error;
      stream.end();
      await finished(stream);
    },
  };
}
