// @ts-check
// Finding a program on this machine, or making it once and keeping it outside the checkout.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BootstrapError } from './errors.mjs';
import { withLock } from './lock-file.mjs';

/**
 * @typedef {{ ok: true, path: string, version: string } | { ok: false, reason: string }} Attempt
 * @typedef {{ name: string, attempt: () => Promise<Attempt> }} Way a place to find the program, or a way to make it
 * @typedef {{ root: string, progress: import('./progress.mjs').Progress }} Surroundings
 * @typedef {object} Tool
 * @property {string} name as people read it
 * @property {string} program the file's name, without .exe
 * @property {string} version the one that we make and test with
 * @property {string} variable the environment variable that may point at one
 * @property {(file: string) => Promise<Attempt>} check whether a file is this program, runs here and is new enough
 * @property {(options: Surroundings & { target: string }) => Way[]} waysToMake target: where to put it
 * @property {string[]} advice what a person can do when nothing worked
 */

/**
 * Finds a tool, or makes it and keeps it outside the checkout, so that a second clone starts at once.
 * @param {Tool} tool
 * @param {Surroundings} options
 * @returns {Promise<string>} its path
 */
export async function ensureTool(tool, { root, progress }) {
  const found = await firstOf(waysToFind(tool, process.env));
  if (found.ok) return found.path;
  const target = cached(tool, process.env);
  const made = await withLock(
    `${path.dirname(target)}.lock`,
    async () => {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      // Whoever held the lock before us may have made it.
      const kept = await tool.check(target);
      return kept.ok ? { ...kept, tries: [] } : await firstOf(tool.waysToMake({ root, progress, target }));
    },
    (holder) =>
      progress.note(`… waiting for process ${holder.pid}, which is making the ${tool.name} since ${holder.since}`),
  );
  if (!made.ok) throw new BootstrapError(nothingWorked(tool, [...found.tries, ...made.tries]));
  progress.note(`✓ ${tool.name} ${made.version} kept in ${made.path}`);
  return made.path;
}

/**
 * Finds a tool without making it; quick, for programs that the bootstrap did not start.
 * @param {Tool} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 */
export async function findTool(tool, env) {
  const found = await firstOf(waysToFind(tool, env));
  if (!found.ok) throw new BootstrapError(nothingWorked(tool, found.tries));
  return found.path;
}

/**
 * @param {Tool} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {Way[]}
 */
export function waysToFind(tool, env) {
  const named = env[tool.variable];
  return [
    {
      name: tool.variable,
      attempt: async () => (named ? tool.check(named) : { ok: false, reason: 'not set' }),
    },
    {
      name: 'PATH',
      attempt: async () => {
        const onPath = findOnPath(tool.program, env.PATH ?? '');
        return onPath ? tool.check(onPath) : { ok: false, reason: `no program named ${tool.program}` };
      },
    },
    { name: 'cache', attempt: () => tool.check(cached(tool, env)) },
  ];
}

/**
 * Where a made program is kept: outside the checkout, one folder a version.
 * @param {Pick<Tool, 'program' | 'version'>} tool
 * @param {NodeJS.ProcessEnv} env
 */
export function cached({ program, version }, env) {
  const cache = env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, 'headroom', program, version, fileOf(program));
}

/**
 * @param {string} program
 * @param {string} searchPath the value of PATH
 * @returns {string | null}
 */
export function findOnPath(program, searchPath) {
  const candidates = searchPath
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, fileOf(program)));
  return candidates.find(isExecutable) ?? null;
}

/**
 * Why a file cannot be a program at all; null: it may be one.
 * @param {string} file
 */
export function notRunnable(file) {
  if (!fs.existsSync(file)) return `${file} does not exist`;
  return isExecutable(file) ? null : `${file} is not an executable file`;
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
 * @param {Pick<Tool, 'name' | 'advice'>} tool
 * @param {{ name: string, reason: string }[]} tries
 * @returns {string} one message with each try, its reason and what to install
 */
export function nothingWorked({ name, advice }, tries) {
  return [
    `No ${name} could be found or made. Tried, in this order:`,
    ...tries.map((one) => `  ${one.name.padEnd(12)} ${one.reason}`),
    '',
    'Do one of these, then run the command again:',
    ...advice.map((line) => `  - ${line}`),
  ].join('\n');
}

/** @param {string} program */
function fileOf(program) {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
