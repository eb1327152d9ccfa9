import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import { run } from './run.mjs';

const runModule = path.join(import.meta.dirname, 'run.mjs');

/** Hands over to a program of the project in a process of its own, as the bootstrap does. */
function handOverTo(program: string, ...args: string[]) {
  const root = path.join(import.meta.dirname, '..', '..');
  const script = `
    import { handOver } from ${JSON.stringify(runModule)};
    process.exitCode = await handOver(process.execPath, ${JSON.stringify([program, ...args])}, { root: ${JSON.stringify(root)}, env: process.env });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const program = 'test/support/exit-as-told.mjs';

test('passes arguments on and the exit code back', async () => {
  const child = handOverTo(program, 'exit', '7');
  const [code] = await once(child, 'exit');
  expect(code).toBe(7);
});

test.each(['SIGTERM', 'SIGINT'] as const)('passes %s on and lets the program end in its own way', async (signal) => {
  const child = handOverTo(program, 'wait');
  const [ready] = await once(child.stdout, 'data');
  expect(String(ready)).toContain('ready');
  child.kill(signal);
  const [code] = await once(child, 'exit');
  expect(code).toBe(signal === 'SIGTERM' ? 43 : 42);
});

test('says 128 + n when signal n ended the program', async () => {
  const child = handOverTo(program, 'die');
  const [code] = await once(child, 'exit');
  expect(code).toBe(137);
});

test('a command that does not end is ended, and says why', async () => {
  expect(await run('sleep', ['60'], { timeoutMs: 100 })).toMatchObject({ ok: false, problem: 'not done after 0.1 s' });
});

test('a failing command is told by its last words', async () => {
  const result = await run('sh', ['-c', 'echo working; echo no space left >&2; exit 3']);
  expect(result.problem).toBe('exit code 3: working | no space left');
});
