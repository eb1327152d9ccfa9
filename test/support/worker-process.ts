import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import type { TestHub } from './hub.ts';

/** A worker of a test's hub as a process of its own, which may be killed; resolves when it works. */
export async function startWorkerProcess({ place }: Pick<TestHub, 'place'>): Promise<ChildProcess> {
  const program = path.join(import.meta.dirname, 'worker-stand-in.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(place)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the worker ended with ${code}`)));
  await Promise.race([once(readline.createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => undefined);
  return child;
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
