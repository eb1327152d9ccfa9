// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { BootstrapError } from './errors.mjs';
import { withLock } from './lock-file.mjs';
import { cachedTemporal, checkTemporal, findOnPath, TEMPORAL_VERSION } from './temporal-binary.mjs';
import { buildTemporal, downloadTemporal } from './temporal-make.mjs';

/**
 * @typedef {{ ok: true, path: string, version: string } | { ok: false, reason: string }} Attempt
 * @typedef {{ name: string, attempt: () => Promise<Attempt> }} Way a place to find the binary, or a way to make it
 */

/**
 * Finds the Temporal CLI, or makes it and keeps it outside the checkout, so that a second clone starts at once.
 * @param {{ root: string, progress: import('./progress.mjs').Progress }} options
 * @returns {Promise<string>} its path
 */
export async function ensureTemporal({ root, progress }) {
  const found = await firstOf(waysToFind(process.env));
  if (found.ok) return found.path;
  const target = cachedTemporal(process.env);
  const made = await withLock(
    `${path.dirname(target)}.lock`,
    async () => {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      // Whoever held the lock before us may have made it.
      const cached = await checkTemporal(target);
      return cached.ok ? { ...cached, tries: [] } : await firstOf(waysToMake({ root, progress, target }));
    },
    (holder) =>
      progress.note(`… waiting for process ${holder.pid}, which is making the Temporal server since ${holder.since}`),
  );
  if (!made.ok) throw new BootstrapError(nothingWorked([...found.tries, ...made.tries]));
  progress.note(`✓ Temporal CLI ${made.version} kept in ${made.path}`);
  return made.path;
}

/**
 * Finds the Temporal CLI without making it; quick, for programs that the bootstrap did not start.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 */
export async function findTemporal(env) {
  const found = await firstOf(waysToFind(env));
  if (!found.ok) throw new BootstrapError(nothingWorked(found.tries));
  return found.path;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Way[]}
 */
export function waysToFind(env) {
  return [
    {
      name: 'TEMPORAL_CLI',
      attempt: async () => (env.TEMPORAL_CLI ? checkTemporal(env.TEMPORAL_CLI) : { ok: false, reason: 'not set' }),
    },
    {
      name: 'PATH',
      attempt: async () => {
        const onPath = findOnPath(env.PATH ?? '');
        return onPath ? checkTemporal(onPath) : { ok: false, reason: 'no program named temporal' };
      },
    },
    { name: 'cache', attempt: () => checkTemporal(cachedTemporal(env)) },
  ];
}

/**
 * @param {{ root: string, progress: import('./progress.mjs').Progress, target: string }} options
 * @returns {Way[]}
 */
function waysToMake(options) {
  return [
    { name: 'download', attempt: () => downloadTemporal(options) },
    { name: 'Go build', attempt: () => buildTemporal(options) },
  ];
}

/**
 * Tries each way in turn, up to the first that works.
 * @param {Way[]} ways
 * @returns {Promise<{ ok: true, path: string, version: string } | { ok: false, tries: { name: string, reason: string }[] }>}
 */
export async function firstOf(ways) {
  const tries = [];
  for (const { name, attempt } of ways) {
    const result = await attempt();
    if (result.ok) return result;
    tries.push({ name, reason: result.reason });
  }
  return { ok: false, tries };
}

/**
 * @param {{ name: string, reason: string }[]} tries
 * @returns {string} one message with each try, its reason and what to install
 */
export function nothingWorked(tries) {
  return [
    'No Temporal server could be found or made. Tried, in this order:',
    ...tries.map(({ name, reason }) => `  ${name.padEnd(12)} ${reason}`),
    '',
    'Do one of these, then run the command again:',
    `  - install the Temporal CLI (${TEMPORAL_VERSION} is what Headroom is tested with): https://docs.temporal.io/cli/setup-cli`,
    '  - point TEMPORAL_CLI at an executable you have: TEMPORAL_CLI=/path/to/temporal',
    '  - install Go 1.21 or newer (https://go.dev/dl/), and the server is built from source in about four minutes',
  ].join('\n');
}
