import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { clockFromNow, EPOCH, temporaryFile } from './testing/support.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function run(options: unknown): Child {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--options', JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function started(): Promise<{ child: Child; addresses: Record<string, string> }> {
  const usage = await temporaryFile('usage.ndjson', [
    { type: 'incident', receivedAt: EPOCH, id: 'i_1', scope: 'all', state: 'ended' },
  ]);
  const child = run({ world: { usage }, clock: clockFromNow(1) });
  const [line] = await once(child.stdout, 'data');
  return { child, ...JSON.parse(String(line)) };
}

test('prints where everything is as one line, and ends when its parent is gone', async () => {
  const { child, addresses } = await started();
  for (const vendor of ['mixpanel', 'stripe', 'hubspot', 'salesforce', 'slack', 'smtp', 'in_app', 'control']) {
    expect(addresses[vendor]).toMatch(/^(http|smtp):\/\/127\.0\.0\.1:\d+$/);
  }
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('ends in order when it is told to', async () => {
  const byApi = await started();
  await fetch(`${byApi.addresses.control}/stop`, { method: 'POST' });
  expect(await once(byApi.child, 'exit')).toEqual([0, null]);
  const bySignal = await started();
  bySignal.child.kill('SIGTERM');
  expect(await once(bySignal.child, 'exit')).toEqual([0, null]);
});

test('says what is wrong with its options', async () => {
  const child = run({ world: { usage: '/no/such/world' }, clock: { ...clockFromNow(0) } });
  const [message] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(message).toContain('clock.scale');
  expect(child.exitCode).toBe(1);
});
