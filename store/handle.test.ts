import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** The only files that hold the handle itself; everybody else gets a `Tx` from `inTransaction`. */
const MAY_USE_IT = ['store/open.ts', 'store/transaction.ts', 'store/migrate.ts', 'store/listen.ts'];
const HANDLE = /\b(?:store|deps\.store)\.(?:db|pool)\b/;

test('nobody uses the global database handle, so that no query runs beside the transaction it belongs to', () => {
  const users = ['store', 'activities', 'workflows', 'server', 'cli']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((f) => join(folder, f)),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !MAY_USE_IT.includes(file))
    .filter((file) => HANDLE.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(users).toEqual([]);
});
