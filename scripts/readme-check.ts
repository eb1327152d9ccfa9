/**
 * Runs the commands of the README as a newcomer would, in order, in a folder of their own, against the simulators
 * instead of the vendors. Prints a table; exit code 1 when a command does not end with 0, or does not say what the
 * README says that it says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serversOf } from '../server/demo/servers.ts';
import { removeDataDir } from '../server/embedded/data-dir.ts';
import { freePort } from '../server/embedded/ports.ts';
import { commandsOf, type ReadmeCommand } from './readme/commands.ts';
import { Shell } from './readme/shell.ts';

const ROOT = path.join(import.meta.dirname, '..');
/** Readings every 3 s, so that there is something to see, and the machine has time for the commands. */
const SCALE = 300;
/** Far more than it takes: beyond it something hangs. */
const LIMIT_MS = 170_000;
const EXAMPLE_ACCOUNT = 'acct-0042';

const started = performance.now();
const folder = mkdtempSync(path.join(os.tmpdir(), 'headroom-readme-'));
const clone = path.join(folder, 'clone');
const dataDir = path.join(folder, 'data');
const sandboxFile = path.join(folder, 'sandbox.json');
const port = await freePort();
const shell = new Shell({ cwd: clone, folder, env: { HEADROOM_DATA: dataDir } });
const results: { command: string; problem: string | null; seconds: number }[] = [];
let account = EXAMPLE_ACCOUNT;

/** What differs from the README: simulators for vendors, a free port, and an account that there is. */
function swapped(command: string): string {
  return command
    .replace(/^\.\/headroom up\b.*$/, `$& --sandbox '${sandboxFile}' --port ${port}`)
    .replace('https://headroom.example.com', `http://127.0.0.1:${port}`)
    .replace(EXAMPLE_ACCOUNT, account);
}

try {
  // What the commands read is the clone's; what they write goes beside it.
  mkdirSync(clone);
  for (const name of ['headroom', 'config']) symlinkSync(path.join(ROOT, name), path.join(clone, name));
  shell.start('sandbox', `./headroom sandbox --write '${sandboxFile}' --hub http://127.0.0.1:${port} --scale ${SCALE}`);
  await until('the simulators', async () => (await shell.run(`test -s '${sandboxFile}'`)).code === 0);
  for (const one of commandsOf(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))) {
    const { command } = one;
    const began = performance.now();
    const problem = command.startsWith('./headroom up') ? await up(command) : await run(one);
    results.push({ command, problem, seconds: (performance.now() - began) / 1_000 });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  const killed = await shell.stopAll();
  if (killed.includes('up')) stopLeftovers();
  removeDataDir(dataDir);
  rmSync(folder, { recursive: true, force: true });
}
report();

/** @returns what is not as the README has it */
async function run({ command, answers }: ReadmeCommand): Promise<string | null> {
  const { code, output } = await shell.run(swapped(command));
  if (code !== 0) return `ends with ${code}`;
  const unsaid = answers.find((answer) => !output.includes(answer));
  return unsaid === undefined ? null : `does not say "${unsaid}"`;
}

/** Starts the hub, in the place of one that runs, and waits until it knows accounts. */
async function up(command: string): Promise<null> {
  await shell.stop('up');
  shell.start('up', swapped(command));
  const accounts = z.array(z.object({ id: z.string() }));
  await until(command, async () => {
    if (!shell.isRunning('up')) throw new Error(`${command} ended by itself:\n${shell.said()}`);
    const { code, output } = await shell.run('./headroom accounts --limit 1 --json');
    const [first] = code === 0 ? accounts.parse(JSON.parse(output)) : [];
    account = first?.id ?? EXAMPLE_ACCOUNT;
    return first !== undefined;
  });
  return null;
}

async function until(what: string, test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) {
    if (performance.now() - started > LIMIT_MS) throw new Error(`${what}: not ready in time\n${shell.said()}`);
    await sleep(300);
  }
}

/** A hub that had to be killed leaves its servers behind. */
function stopLeftovers(): void {
  const { postgres, temporal } = serversOf(dataDir);
  for (const pid of [postgres, temporal?.pid]) {
    try {
      if (pid) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function report(): void {
  for (const { command, problem, seconds } of results) {
    console.log(`${problem === null ? 'ok    ' : 'WRONG '} ${seconds.toFixed(1).padStart(5)} s  ${command}`);
    if (problem !== null) console.log(`${' '.repeat(17)}${problem}`);
  }
  const good = results.filter(({ problem }) => problem === null);
  const took = Math.round((performance.now() - started) / 1_000);
  console.log(`${good.length} of ${results.length} commands do what the README says, in ${took} s`);
  if (good.length === results.length && good.length > 0) return;
  console.error(shell.said());
  process.exitCode = 1;
}
