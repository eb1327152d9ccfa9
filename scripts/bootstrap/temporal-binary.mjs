// @ts-check
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './run.mjs';

/** The CLI we build and test with; server 1.31.2. scripts/temporal/go.mod pins the same. */
export const TEMPORAL_VERSION = '1.8.2';

/**
 * Older servers lack what the workers use (update-with-start, poller scaling).
 * @type {readonly [number, number]}
 */
const OLDEST_SERVER = [1, 29];

const PROGRAM = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/**
 * Where a made binary is kept: outside the checkout, one folder a version.
 * @param {NodeJS.ProcessEnv} env
 */
export function cachedTemporal(env) {
  const cache = env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, 'headroom', 'temporal', TEMPORAL_VERSION, PROGRAM);
}

/**
 * @param {string} searchPath the value of PATH
 * @returns {string | null}
 */
export function findOnPath(searchPath) {
  const candidates = searchPath
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, PROGRAM));
  return candidates.find(isExecutable) ?? null;
}

/**
 * Whether a file really is a Temporal CLI that runs here and is new enough.
 * @param {string} file
 * @returns {Promise<import('./temporal.mjs').Attempt>}
 */
export async function checkTemporal(file) {
  if (!fs.existsSync(file)) return { ok: false, reason: `${file} does not exist` };
  if (!isExecutable(file)) return { ok: false, reason: `${file} is not an executable file` };
  const { ok, output, problem } = await run(file, ['--version'], { timeoutMs: 20_000 });
  if (!ok) return { ok: false, reason: `${file} --version failed: ${problem}` };
  // The server's number decides: a CLI built by `go install` calls itself 0.0.0-DEV.
  const [, cli, major, minor] = /temporal version (\S+) \(Server (\d+)\.(\d+)/.exec(output) ?? [];
  if (!cli)
    return {
      ok: false,
      reason: `${file} is not the Temporal CLI: it says "${output.trim().split('\n', 1)[0]?.slice(0, 80)}"`,
    };
  return isAtLeast(OLDEST_SERVER, Number(major), Number(minor))
    ? { ok: true, path: path.resolve(file), version: cli }
    : { ok: false, reason: `${file} holds server ${major}.${minor}; ${OLDEST_SERVER.join('.')} or newer is needed` };
}

/**
 * @param {readonly [number, number]} oldest
 * @param {number} major
 * @param {number} minor
 */
export function isAtLeast([oldestMajor, oldestMinor], major, minor) {
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
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
