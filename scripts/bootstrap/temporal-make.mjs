// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { checkTemporal, isAtLeast, TEMPORAL_VERSION } from './temporal-binary.mjs';

/** Bounds a download through a proxy that swallows packets; on a closed network it fails at once. */
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * The first Go that fetches the toolchain a go.mod asks for: https://go.dev/doc/toolchain
 * @type {readonly [number, number]}
 */
const OLDEST_GO = [1, 21];

/** @typedef {{ root: string, progress: import('./progress.mjs').Progress, target: string }} Options target: where to put the binary */

/**
 * Lets Temporal's own SDK download the CLI, which also knows mirrors, platforms and archive formats.
 * @param {Options} options
 * @returns {Promise<import('./temporal.mjs').Attempt>}
 */
export async function downloadTemporal({ root, progress, target }) {
  const folder = fs.mkdtempSync(`${target}.download-`);
  try {
    const node = path.join(root, 'node_modules', '.bin', 'node');
    const script = path.join(root, 'scripts', 'bootstrap', 'temporal-download.mjs');
    const result = await progress.during(`downloading Temporal CLI ${TEMPORAL_VERSION}`, () =>
      run(node, [script, TEMPORAL_VERSION, folder], { cwd: root, timeoutMs: DOWNLOAD_TIMEOUT_MS }),
    );
    if (!result.ok) return { ok: false, reason: result.problem };
    const [file] = fs.readdirSync(folder);
    if (!file) return { ok: false, reason: 'the download left no file' };
    return await keep(path.join(folder, file), target);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Builds the CLI from source, every module pinned by scripts/temporal/go.sum.
 * @param {Options} options
 * @returns {Promise<import('./temporal.mjs').Attempt>}
 */
export async function buildTemporal({ root, progress, target }) {
  const go = await run('go', ['env', 'GOVERSION'], { timeoutMs: 20_000 });
  if (!go.ok) return { ok: false, reason: go.problem.includes('ENOENT') ? 'no program named go on PATH' : go.problem };
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(go.output) ?? [];
  if (!isAtLeast(OLDEST_GO, Number(major), Number(minor))) {
    return { ok: false, reason: `Go is ${go.output.trim()}; ${OLDEST_GO.join('.')} or newer is needed` };
  }
  const building = `${target}.building-${process.pid}`;
  try {
    const result = await progress.during(
      `building Temporal CLI ${TEMPORAL_VERSION} from source with ${go.output.trim()}; about 4 minutes, once on this machine`,
      () =>
        run(
          'go',
          [
            'build',
            '-mod=readonly',
            '-buildvcs=false',
            '-ldflags',
            `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_VERSION}`,
            '-o',
            building,
            'github.com/temporalio/cli/cmd/temporal',
          ],
          {
            cwd: path.join(root, 'scripts', 'temporal'),
            // As the vendor builds it: no C compiler needed.
            env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' },
          },
        ),
      (built) => (built.ok ? `built Temporal CLI ${TEMPORAL_VERSION}` : 'gave up building Temporal'),
    );
    return result.ok ? await keep(building, target) : { ok: false, reason: result.problem };
  } finally {
    fs.rmSync(building, { force: true });
  }
}

/**
 * Moves a checked binary to its place in one step, so that nobody ever runs half a file.
 * @param {string} made
 * @param {string} target
 * @returns {Promise<import('./temporal.mjs').Attempt>}
 */
async function keep(made, target) {
  fs.chmodSync(made, 0o755);
  const checked = await checkTemporal(made);
  if (!checked.ok) return checked;
  fs.renameSync(made, target);
  return { ...checked, path: target };
}
