/**
 * Do the tests notice when a guardrail is gone? Each guardrail in turn is replaced by one that allows everything, in a
 * copy of domain/, and the touch tests must go red in every copy (and stay green in the one without a change).
 * Prints a table; exit code 1 when a mutant survives.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GUARDRAIL_NAMES } from '../domain/touch/guardrails.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = mkdtempSync(join(tmpdir(), 'headroom-mutants-'));
const UNCHANGED = 'unchanged';

try {
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
  writeFileSync(join(work, 'package.json'), '{"type":"module"}');
  for (const name of [UNCHANGED, ...GUARDRAIL_NAMES]) makeCopy(name);
  const red = failuresByCopy(runTests());
  report(red);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Only what the touch tests need: the rules themselves and the types of config. */
function makeCopy(name) {
  const copy = join(work, name);
  mkdirSync(copy);
  const needed = (path) => !path.endsWith('.test.ts') || path.includes(join('domain', 'touch'));
  for (const folder of ['domain', join('config', 'schema')]) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true, filter: needed });
  }
  if (name === UNCHANGED) return;
  appendFileSync(join(copy, 'domain', 'touch', 'guardrails.ts'), `\nGUARDRAILS.${name} = () => null;\n`);
}

/** One run over all copies: starting the test runner costs more than the tests. */
function runTests() {
  const output = join(work, 'result.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const run = spawnSync(
    process.execPath,
    [vitest, 'run', '--root', work, '--reporter', 'json', '--outputFile', output],
    { encoding: 'utf8', cwd: work },
  );
  try {
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    console.error(run.stdout, run.stderr);
    throw new Error('the test runner left no result; its output is above');
  }
}

function failuresByCopy(result) {
  const red = new Map();
  for (const file of result.testResults) {
    const [name] = file.name.slice(file.name.indexOf(work) + work.length + 1).split(sep);
    const failed = file.assertionResults.filter((one) => one.status === 'failed').length;
    red.set(name, (red.get(name) ?? 0) + failed + (file.assertionResults.length === 0 ? Number.NaN : 0));
  }
  return red;
}

function report(red) {
  const width = Math.max(...GUARDRAIL_NAMES.map((name) => name.length));
  console.log(`${'guardrail removed'.padEnd(width + 2)}tests that went red`);
  const survivors = GUARDRAIL_NAMES.filter((name) => !(red.get(name) > 0));
  for (const name of GUARDRAIL_NAMES) {
    console.log(`${name.padEnd(width + 2)}${survivors.includes(name) ? 'NONE' : red.get(name)}`);
  }
  const sound = red.get(UNCHANGED) === 0;
  if (!sound) console.error('The tests are red without any change, or did not run: the table proves nothing.');
  if (survivors.length > 0) console.error(`No test notices that these are gone: ${survivors.join(', ')}`);
  process.exitCode = sound && survivors.length === 0 ? 0 : 1;
}
