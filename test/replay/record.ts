/**
 * Records histories from the workflow tests: `npm run record:histories -- VERSION [SCENARIO…]`. What was recorded
 * before is never written again: histories say what ran, and must replay for as long as such runs may exist.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { HISTORIES } from '../support/histories.ts';
import { isScenario, SCENARIOS } from './scenarios.ts';

const [version = '', ...scenarios] = process.argv.slice(2);
const wanted = scenarios.length > 0 ? scenarios : Object.keys(SCENARIOS);
const problems = [
  ...(/^\d+\.\d+\.\d+$/.test(version) ? [] : [`expected a version such as 0.2.0, not "${version}"`]),
  ...wanted
    .filter((name) => !isScenario(name))
    .map((name) => `there is no scenario ${name} in test/replay/scenarios.ts`),
  ...wanted
    .map((name) => `${version}-${name}.json`)
    .filter(isRecorded)
    .map((file) => `${file} was recorded before`),
];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 2;
} else {
  const env = { ...process.env, HEADROOM_RECORD: version, HEADROOM_RECORD_ONLY: wanted.join(',') };
  const run = spawnSync('vitest', ['run', '--project', 'integration', 'test/workflows'], { env, stdio: 'inherit' });
  const missing = wanted.filter((name) => !isRecorded(`${version}-${name}.json`));
  for (const name of missing) console.error(`${name} was not recorded`);
  process.exitCode = run.status === 0 && missing.length === 0 ? 0 : 1;
}

function isRecorded(file: string): boolean {
  return fs.existsSync(path.join(HISTORIES, file));
}
