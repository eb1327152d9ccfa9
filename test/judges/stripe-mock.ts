import { type ChildProcess, spawn } from 'node:child_process';
import { findStripeMock } from '../../scripts/bootstrap/stripe-mock.mjs';
import { freePort } from '../../server/embedded/ports.ts';
import { eventually } from '../support/eventually.ts';
import { type Passing, startPassing } from './passing.ts';

export interface StripeMock extends Omit<Passing, 'close'> {
  program: string;
  stop: () => Promise<void>;
}

/** stripe-mock, behind a listener that keeps what passes. It keeps no state itself: `amend` makes a situation. */
export async function startStripeMock(): Promise<StripeMock> {
  const program = await findStripeMock(process.env);
  const port = await freePort();
  // Both addresses: with one of them it would open the other's default port on every interface.
  const args = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0'];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await eventually(() => answers(child, port));
  const { close, ...passing } = await startPassing(port);
  return {
    ...passing,
    program,
    stop: async () => {
      close();
      child.kill();
      await ended;
    },
  };
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`stripe-mock ended with exit code ${child.exitCode}`);
  return await fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
