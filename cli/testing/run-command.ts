import os from 'node:os';
import type { Cli } from '../cli.ts';
import type { Launch } from '../launch.ts';
import { runCli } from '../run.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

const nothing = () => Promise.reject(new Error('no test expected this program to be started'));
const launch: Launch = { up: nothing, server: nothing, worker: nothing, sandbox: nothing, demo: nothing };

/** Runs a command line in this process, with an environment of its own. */
export async function runCommand(
  argv: string[],
  world: Partial<Omit<Cli, 'launch'>> & { launch?: Partial<Launch> } = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(argv, {
    env: {},
    cwd: os.tmpdir(),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    color: { out: false, err: false },
    terminal: false,
    stopAsked: () => Promise.resolve(),
    exitCode: 0,
    ...world,
    launch: { ...launch, ...world.launch },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
