// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { buildWithGo, isAtLeast, keep } from './make.mjs';
import { run } from './run.mjs';
import { ensureTool, findTool, notRunnable } from './tools.mjs';

/** The CLI we build and test with; server 1.31.2. scripts/temporal/go.mod pins the same. */
const VERSION = '1.8.2';

/**
 * Older servers lack what the workers use (update-with-start, poller scaling).
 * @type {readonly [number, number]}
 */
const OLDEST_SERVER = [1, 29];

/** Bounds a download through a proxy that swallows packets; on a closed network it fails at once. */
const DOWNLOAD_TIMEOUT_MS = 180_000;

/** @type {import('./tools.mjs').Tool} */
export const TEMPORAL = {
  name: 'Temporal CLI',
  program: 'temporal',
  version: VERSION,
  variable: 'TEMPORAL_CLI',
  check: checkTemporal,
  waysToMake: (options) => [
    { name: 'download', attempt: () => downloadTemporal(options) },
    { name: 'Go build', attempt: () => buildTemporal(options) },
  ],
  advice: [
    `install the Temporal CLI (${VERSION} is what Headroom is tested with): https://docs.temporal.io/cli/setup-cli`,
    'point TEMPORAL_CLI at an executable you have: TEMPORAL_CLI=/path/to/temporal',
    'install Go 1.21 or newer (https://go.dev/dl/), and the server is built from source in about four minutes',
  ],
};

/** @param {import('./tools.mjs').Surroundings} options */
export function ensureTemporal(options) {
  return ensureTool(TEMPORAL, options);
}

/** @param {NodeJS.ProcessEnv} env */
export function findTemporal(env) {
  return findTool(TEMPORAL, env);
}

/**
 * Whether a file really is a Temporal CLI that runs here and is new enough.
 * @param {string} file
 * @returns {Promise<import('./tools.mjs').Attempt>}
 */
export async function checkTemporal(file) {
  const reason = notRunnable(file);
  if (reason !== null) return { ok: false, reason };
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
 * Lets Temporal's own SDK download the CLI, which also knows mirrors, platforms and archive formats.
 * @param {import('./tools.mjs').Surroundings & { target: string }} options
 * @returns {Promise<import('./tools.mjs').Attempt>}
 */
async function downloadTemporal({ root, progress, target }) {
  const folder = fs.mkdtempSync(`${target}.download-`);
  try {
    const node = path.join(root, 'node_modules', '.bin', 'node');
    const script = path.join(root, 'scripts', 'bootstrap', 'temporal-download.mjs');
    const result = await progress.during(`downloading Temporal CLI ${VERSION}`, () =>
      run(node, [script, VERSION, folder], { cwd: root, timeoutMs: DOWNLOAD_TIMEOUT_MS }),
    );
    if (!result.ok) return { ok: false, reason: result.problem };
    const [file] = fs.readdirSync(folder);
    if (!file) return { ok: false, reason: 'the download left no file' };
    return await keep(path.join(folder, file), target, checkTemporal);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import('./tools.mjs').Surroundings & { target: string }} options */
function buildTemporal(options) {
  return buildWithGo({
    ...options,
    what: `Temporal CLI ${VERSION}`,
    lasts: '4 minutes',
    module: 'temporal',
    package: 'github.com/temporalio/cli/cmd/temporal',
    ldflags: `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${VERSION}`,
    check: checkTemporal,
  });
}
