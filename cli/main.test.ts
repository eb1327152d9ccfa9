import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const DEV_MINI = path.join(import.meta.dirname, '../bench/worlds/dev/dev-mini');

function start(argv: string[]) {
  const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('the exit code of the process is that of the command', async () => {
  const [code] = await once(start(['status', '--no-such-flag']), 'exit');
  expect(code).toBe(2);
});

test('a signal that arrives twice at once, as by a process group and its launcher, still ends in order', async () => {
  const child = start(['sandbox', '--world', DEV_MINI, '--scale', '1', '--json']);
  const [line] = await once(readline.createInterface({ input: child.stdout }), 'line');
  expect(JSON.parse(line).addresses).toContainEqual({ name: 'stripe', url: expect.stringMatching(/^http:/) });
  let told = '';
  child.stderr.on('data', (data: Buffer) => {
    told += data.toString();
  });
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(told).toContain('stopping sandbox');
});
