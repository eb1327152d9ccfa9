import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { removeDataDir } from './data-dir.ts';
import { DataDirInUseError, lockDataDir } from './lock.ts';

const clean: (() => void)[] = [];
afterEach(() => {
  for (const step of clean.splice(0).reverse()) step();
});

function dataDirForTest(): string {
  const dataDir = tempDataDir();
  clean.push(() => removeDataDir(dataDir));
  return dataDir;
}

/** Another process that takes the lock and says what came of it. */
async function lockElsewhere(dataDir: string) {
  const script = `
    import { lockDataDir } from ${JSON.stringify(path.join(import.meta.dirname, 'lock.ts'))};
    try { lockDataDir(${JSON.stringify(dataDir)}); console.log('held'); setInterval(() => {}, 60000); }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  clean.push(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}

test('a second process on a data directory is told who has it and what to do', async () => {
  const dataDir = dataDirForTest();
  const { child, said } = await lockElsewhere(dataDir);
  expect(said).toBe('held');
  expect(() => lockDataDir(dataDir)).toThrow(DataDirInUseError);
  expect(() => lockDataDir(dataDir)).toThrow(
    new RegExp(
      `the data directory ${dataDir} is in use by process ${child.pid} since \\d{4}-.*; stop it or choose another with --data`,
    ),
  );
});

test('a lock whose process was killed does not count', async () => {
  const dataDir = dataDirForTest();
  const { child } = await lockElsewhere(dataDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockDataDir(dataDir);
  lock.release();
});

test('of many processes that find a stale lock at once exactly one gets it', async () => {
  const dataDir = dataDirForTest();
  fs.writeFileSync(
    path.join(dataDir, 'lock'),
    JSON.stringify({ pid: 1, startTime: 'before the last boot', since: '', token: 'old' }),
  );
  const rivals = await Promise.all(Array.from({ length: 6 }, () => lockElsewhere(dataDir)));
  expect(rivals.filter(({ said }) => said === 'held')).toHaveLength(1);
});

test('a pid that now belongs to another process does not hold the lock', () => {
  const dataDir = dataDirForTest();
  const stale = { pid: process.pid, startTime: 'another boot', since: '2020-01-01T00:00:00Z', token: 'old' };
  fs.writeFileSync(path.join(dataDir, 'lock'), JSON.stringify(stale));
  lockDataDir(dataDir).release();
  expect(fs.existsSync(path.join(dataDir, 'lock'))).toBe(false);
});
