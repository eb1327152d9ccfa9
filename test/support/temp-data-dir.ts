import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A new empty folder for one test's data directory. */
export function tempDataDir(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-test-'));
}
