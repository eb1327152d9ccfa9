// @ts-check
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { planOf } from './commands.mjs';
import { BootstrapError } from './errors.mjs';
import { ensureInstalled } from './install.mjs';
import { createProgress } from './progress.mjs';
import { handOver } from './run.mjs';
import { ensureStripeMock } from './stripe-mock.mjs';
import { ensureTemporal } from './temporal.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Prepares this clone for a command and runs it; ends the process with the program's exit code.
 * @param {string[]} argv `demo …`, `test …`, `setup` or `cli …`
 */
export async function main(argv) {
  const progress = createProgress(process.stderr);
  try {
    const plan = planOf(argv);
    await ensureInstalled({ root, progress });
    /** @type {NodeJS.ProcessEnv} */
    const env = {
      ...process.env,
      // What Node makes of our sources is kept: a hub that comes back after a crash starts in two thirds of the time.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(root, 'node_modules', '.cache', 'node'),
      PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
    };
    if (plan.needsTemporal) env.HEADROOM_TEMPORAL = await ensureTemporal({ root, progress });
    if (plan.needsJudges) await ensureJudges({ root, progress }, plan.program === null);
    process.exitCode = plan.program
      ? await handOver(path.join(root, 'node_modules', '.bin', 'node'), plan.program, { root, env })
      : 0;
  } catch (error) {
    progress.clear();
    if (!(error instanceof BootstrapError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Without them the tests that need them fail, saying so; the others run.
 * @param {import('./tools.mjs').Surroundings} options
 * @param {boolean} strict whether to stop here when they cannot be had
 */
async function ensureJudges(options, strict) {
  try {
    await ensureStripeMock(options);
  } catch (error) {
    if (strict || !(error instanceof BootstrapError)) throw error;
    options.progress.note(`! ${error.message}`);
  }
}
