import { expect, test } from 'vitest';
import { isAlive } from '../../scripts/bootstrap/process.mjs';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { type Child, launch, stopProcess, until } from './child.ts';
import { removeDataDir } from './data-dir.ts';
import { startPostgres } from './postgres.ts';
import { supervise } from './supervise.ts';

async function sleeper(): Promise<Child> {
  const { pid } = launch({ command: 'sleep', args: ['600'], logFile: '/dev/null', cwd: '/' });
  return { pid, adopted: false, stop: () => stopProcess(pid, [['SIGKILL', 5_000]]) };
}

test('brings a killed PostgreSQL back on its port, and says so', async () => {
  const dataDir = tempDataDir();
  const lines: string[] = [];
  const first = await startPostgres({ dataDir, log: () => {} });
  const restart = ({ port }: typeof first) => startPostgres({ dataDir, log: () => {}, port });
  const watched = supervise({ name: 'PostgreSQL', child: first, restart, log: (line) => lines.push(line) });
  process.kill(first.pid, 'SIGKILL');
  expect(await until(() => watched.current().pid !== first.pid, 30_000)).toBe(true);
  const second = watched.current();
  expect(second.url).toBe(first.url);
  expect(lines).toEqual([`PostgreSQL (process ${first.pid}) died; restarting it`]);
  await watched.stop();
  expect(isAlive(second.pid)).toBe(false);
  removeDataDir(dataDir);
});

test('tries again when a restart fails', async () => {
  const lines: string[] = [];
  let tries = 0;
  const restart = () => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error('port taken')) : sleeper();
  };
  const first = await sleeper();
  const watched = supervise({ name: 'Sleeper', child: first, restart, log: (line) => lines.push(line) });
  await first.stop();
  expect(await until(() => watched.current().pid !== first.pid, 30_000)).toBe(true);
  expect(lines).toContain('Sleeper did not come back, trying again: port taken');
  await watched.stop();
});

test('does not restart a child that was stopped on purpose', async () => {
  const first = await sleeper();
  const restart = () => Promise.reject(new Error('must not be called'));
  const lines: string[] = [];
  const watched = supervise({ name: 'Sleeper', child: first, restart, log: (line) => lines.push(line) });
  await watched.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(lines).toEqual([]);
});
