import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeTree } from '../test/support/write-tree.ts';

const project = path.join(import.meta.dirname, '..');
const roots: string[] = [];
afterAll(() => {
  for (const root of roots) fs.rmSync(root, { recursive: true, force: true });
});

const leaf = 'export type T = 1;\nexport const value = 1;\n';
const uses = (from: string) => `import { value } from '${from}';\nexport const used = value;\n`;
const usesType = (from: string) => `import type { T } from '${from}';\nexport type U = T;\n`;

/** file, what it imports, the rule it breaks */
const forbidden: [string, string, string][] = [
  ['config/schema/a.ts', '../../domain/leaf.ts', 'config-schema-is-a-leaf'],
  ['domain/usage/clock.ts', 'node:fs', 'domain-is-pure'],
  ['domain/usage/parse.ts', 'zod', 'domain-is-pure'],
  ['domain/usage/dates.ts', 'luxon', 'domain-is-pure'],
  ['domain/usage/run.ts', '@temporalio/workflow', 'domain-is-pure'],
  ['domain/calendar/cel.ts', '@marcbachmann/cel-js', 'calendar-may-use-luxon-only'],
  ['domain/conditions/zone.ts', 'luxon', 'conditions-may-use-cel-only'],
  ['domain/plan.ts', '../config/schema/leaf.ts', 'domain-knows-config-by-type-only'],
  ['connectors/stripe/save.ts', '../../store/leaf.ts', 'connectors-know-no-engine'],
  ['connectors/stripe/copy.ts', '../hubspot/leaf.ts', 'connectors-know-no-other-vendor'],
  ['connectors/kit/vendor.ts', '../hubspot/leaf.ts', 'kit-knows-no-vendor'],
  ['connectors/stripe/fake.ts', '../../sandbox/frame/leaf.ts', 'only-a-twin-uses-the-sandbox'],
  ['server/fake.ts', '../connectors/hubspot/twin/leaf.ts', 'only-the-sandbox-uses-a-twin'],
  ['connectors/hubspot/twin/lazy.ts', '../leaf.ts', 'a-twin-stands-alone'],
  ['connectors/hubspot/twin/kit.ts', '../../kit/leaf.ts', 'a-twin-stands-alone'],
  ['store/call.ts', '../connectors/kit/leaf.ts', 'store-knows-no-vendor-and-no-engine'],
  ['activities/up.ts', '../workflows/leaf.ts', 'activities-do-not-look-up'],
  ['workflows/io.ts', 'node:fs', 'workflows-are-deterministic'],
  ['workflows/client.ts', '@temporalio/client', 'workflows-are-deterministic'],
  ['workflows/call.ts', '../activities/leaf.ts', 'workflows-know-activities-and-config-by-type-only'],
  ['sandbox/peek.ts', '../store/leaf.ts', 'sandbox-is-outside'],
  ['sandbox/borrow.ts', '../domain/leaf.ts', 'sandbox-knows-domain-by-type-only'],
  ['server/helper.ts', '../test/leaf.ts', 'nothing-uses-tests'],
  ['config/wired.ts', '../server/leaf.ts', 'wiring-is-the-top'],
  ['bench/typo.ts', './nowhere.ts', 'imports-resolve'],
];

const allowed: Record<string, string> = {
  'config/schema/zod.ts': uses('zod'),
  'domain/calendar/zones.ts': uses('luxon'),
  'domain/conditions/cel.ts': uses('@marcbachmann/cel-js'),
  'domain/typed.ts': usesType('../config/schema/leaf.ts'),
  'connectors/hubspot/operation.ts': uses('../kit/leaf.ts'),
  'connectors/hubspot/twin/server.ts': uses('../../../sandbox/frame/leaf.ts'),
  'connectors/registry.ts': uses('./hubspot/leaf.ts'),
  'workflows/story.ts': `${uses('../domain/leaf.ts')}export type { T } from '../activities/leaf.ts';\n`,
  'sandbox/start.ts': `${uses('../connectors/hubspot/twin/leaf.ts')}${usesType('../domain/leaf.ts')}`,
  'domain/usage/rule.test.ts': uses('node:fs'),
  'server/all.ts': ['store', 'activities', 'workflows', 'connectors/kit']
    .map((folder) => usesType(`../${folder}/leaf.ts`))
    .join(''),
};

const leaves = [
  'connectors/hubspot',
  ...['config/schema', 'domain', 'connectors/kit', 'connectors/hubspot/twin', 'sandbox/frame', 'store', 'activities'],
  ...['workflows', 'server', 'test'],
];

/** A new source tree; the packages are this project's. */
function newTree(files: Record<string, string>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-imports-'));
  roots.push(root);
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
  writeTree(root, { 'package.json': '{ "type": "module" }', ...files });
  return root;
}

/** @returns each violation as [file, rule] */
function cruise(root: string, config: string, folders: string[]): Promise<string[][]> {
  const program = path.join(project, 'node_modules/.bin/depcruise');
  const args = ['--config', path.join(project, config), '--output-type', 'json', ...folders];
  return new Promise((resolve, reject) => {
    // Its exit code is the number of violations; what it prints is the answer.
    execFile(program, args, { cwd: root, maxBuffer: 64e6 }, (_, out, problem) => {
      if (!out) return reject(new Error(problem));
      const { violations }: { violations: { from: string; rule: { name: string } }[] } = JSON.parse(out).summary;
      resolve(violations.map(({ from, rule }) => [from, rule.name]));
    });
  });
}

test('finds every forbidden import, names its rule, and lets the allowed ones be', async () => {
  const root = newTree({
    ...Object.fromEntries(leaves.map((folder) => [`${folder}/leaf.ts`, leaf])),
    ...Object.fromEntries(forbidden.map(([file, from]) => [file, uses(from)])),
    ...allowed,
    'cli/chicken.ts': uses('./egg.ts'),
    'cli/egg.ts': uses('./chicken.ts'),
  });
  const found = await cruise(
    root,
    '.dependency-cruiser.cjs',
    fs.readdirSync(root).filter((name) => !name.includes('.') && name !== 'node_modules'),
  );
  const expected = [...forbidden.map(([file, , rule]) => [file, rule]), ['cli/chicken.ts', 'no-cycles']];
  for (const violation of expected) expect(found).toContainEqual(violation);
  const offenders = new Set([...expected.map(([file]) => file), 'cli/egg.ts']);
  expect(found.filter(([file]) => !offenders.has(file))).toEqual([]);
});

test('sees what a workflow reaches through others at run time, but not what it knows by type', async () => {
  const root = newTree({
    'workflows/far.ts': uses('../domain/helper.ts'),
    'domain/helper.ts': uses('./calendar/zones.ts'),
    'domain/calendar/zones.ts': uses('luxon'),
    'workflows/io.ts': uses('../domain/io.ts'),
    'domain/io.ts': uses('node:fs'),
    'workflows/typed.ts': usesType('../activities/leaf.ts'),
    'activities/leaf.ts': `${leaf}${uses('@marcbachmann/cel-js')}`,
  });
  const found = await cruise(root, '.dependency-cruiser.bundle.cjs', ['workflows']);
  expect(new Set(found.map((violation) => violation.join(': ')))).toEqual(
    new Set(['workflows/far.ts: workflows-reach-no-calendar-and-no-conditions', 'domain/io.ts: workflows-reach-no-io']),
  );
});
