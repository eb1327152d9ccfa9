// @ts-check
import path from 'node:path';
import { buildWithGo } from './make.mjs';
import { run } from './run.mjs';
import { ensureTool, findTool, notRunnable } from './tools.mjs';

/** The one whose specification scripts/judges/stripe/exceptions.ts is about; scripts/stripe-mock/go.mod pins the same. */
const VERSION = '0.203.0';

/**
 * Stripe's own fake: it checks each request against Stripe's specification, which it carries inside. Used by tests
 * alone. https://github.com/stripe/stripe-mock
 * @type {import('./tools.mjs').Tool}
 */
export const STRIPE_MOCK = {
  name: 'stripe-mock',
  program: 'stripe-mock',
  version: VERSION,
  variable: 'STRIPE_MOCK',
  check: checkStripeMock,
  waysToMake: (options) => [{ name: 'Go build', attempt: () => buildStripeMock(options) }],
  advice: [
    `install stripe-mock ${VERSION}: https://github.com/stripe/stripe-mock/releases`,
    'point STRIPE_MOCK at an executable you have: STRIPE_MOCK=/path/to/stripe-mock',
    'install Go 1.21 or newer (https://go.dev/dl/), and it is built from source in less than a minute',
  ],
};

/** @param {import('./tools.mjs').Surroundings} options */
export function ensureStripeMock(options) {
  return ensureTool(STRIPE_MOCK, options);
}

/** @param {NodeJS.ProcessEnv} env */
export function findStripeMock(env) {
  return findTool(STRIPE_MOCK, env);
}

/**
 * Whether a file is stripe-mock and carries the specification that we judge by. One built by `go install` calls
 * itself "master" and is taken: then only the specification's version tells, which the tests ask for.
 * @param {string} file
 * @returns {Promise<import('./tools.mjs').Attempt>}
 */
export async function checkStripeMock(file) {
  const reason = notRunnable(file);
  if (reason !== null) return { ok: false, reason };
  const { ok, output, problem } = await run(file, ['-version'], { timeoutMs: 20_000 });
  if (!ok) return { ok: false, reason: `${file} -version failed: ${problem}` };
  const version = /^stripe-mock (\S+)$/m.exec(output)?.[1];
  if (version === VERSION || version === 'master') return { ok: true, path: path.resolve(file), version };
  return { ok: false, reason: `${file} is not stripe-mock ${VERSION}: it says "${output.trim().slice(0, 80)}"` };
}

/** @param {import('./tools.mjs').Surroundings & { target: string }} options */
function buildStripeMock(options) {
  return buildWithGo({
    ...options,
    what: `stripe-mock ${VERSION}`,
    lasts: 'a minute',
    module: 'stripe-mock',
    package: 'github.com/stripe/stripe-mock',
    ldflags: `-s -w -X main.version=${VERSION}`,
    check: checkStripeMock,
  });
}
