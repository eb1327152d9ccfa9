// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';

/**
 * The first Go that fetches the toolchain a go.mod asks for: https://go.dev/doc/toolchain
 * @type {readonly [number, number]}
 */
const OLDEST_GO = [1, 21];

/**
 * Builds a program from source, every module pinned by the go.sum of its folder under scripts/.
 * @param {import('./tools.mjs').Surroundings & {
 *   what: string, lasts: string, module: string, package: string, ldflags: string,
 *   target: string, check: import('./tools.mjs').Tool['check'] }} options lasts: about how long it takes
 * @returns {Promise<import('./tools.mjs').Attempt>}
 */
export async function buildWithGo(options) {
  const { root, progress, what, lasts, target, check } = options;
  const go = await run('go', ['env', 'GOVERSION'], { timeoutMs: 20_000 });
  if (!go.ok) return { ok: false, reason: go.problem.includes('ENOENT') ? 'no program named go on PATH' : go.problem };
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(go.output) ?? [];
  if (!isAtLeast(OLDEST_GO, Number(major), Number(minor))) {
    return { ok: false, reason: `Go is ${go.output.trim()}; ${OLDEST_GO.join('.')} or newer is needed` };
  }
  const building = `${target}.building-${process.pid}`;
  const args = ['build', '-mod=readonly', '-buildvcs=false', '-ldflags', options.ldflags, '-o', building];
  try {
    const result = await progress.during(
      `building ${what} from source with ${go.output.trim()}; about ${lasts}, once on this machine`,
      () =>
        run('go', [...args, options.package], {
          cwd: path.join(root, 'scripts', options.module),
          // As the vendors build it: no C compiler needed.
          env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' },
        }),
      (built) => (built.ok ? `built ${what}` : `gave up building ${what}`),
    );
    return result.ok ? await keep(building, target, check) : { ok: false, reason: result.problem };
  } finally {
    fs.rmSync(building, { force: true });
  }
}

/**
 * Moves a checked program to its place in one step, so that nobody ever runs half a file.
 * @param {string} made
 * @param {string} target
 * @param {import('./tools.mjs').Tool['check']} check
 * @returns {Promise<import('./tools.mjs').Attempt>}
 */
export async function keep(made, target, check) {
  fs.chmodSync(made, 0o755);
  const checked = await check(made);
  if (!checked.ok) return checked;
  fs.renameSync(made, target);
  return { ...checked, path: target };
}

/**
 * @param {readonly [number, number]} oldest
 * @param {number} major
 * @param {number} minor
 */
export function isAtLeast([oldestMajor, oldestMinor], major, minor) {
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
