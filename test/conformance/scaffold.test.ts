import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CAPABILITIES, newConnector } from '../../cli/new-connector.ts';
import type { Score } from '../../conformance/cell.ts';
import '../support/postgres-setup.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const NOT_COPIED = ['.git', 'node_modules', 'coverage', 'data', path.join('test', 'replay', 'histories')];
const SLOW_MS = 300_000;
const run = promisify(execFile);

/** A clone in which a connector of each capability was just made. */
let clone: string;
beforeAll(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), 'headroom-scaffold-'));
  cpSync(ROOT, clone, { recursive: true, filter: (from) => !NOT_COPIED.includes(path.relative(ROOT, from)) });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
  for (const capability of CAPABILITIES) newConnector({ root: clone, name: `${capability}_bird`, capability });
}, SLOW_MS);
afterAll(() => rmSync(clone, { recursive: true, force: true }));

const bin = (name: string) => path.join(clone, 'node_modules', '.bin', name);

async function scoreOf(name: string): Promise<Score | undefined> {
  const env = { ...process.env, TEST_DATABASE_URL: inject('databaseUrl') };
  const args = ['cli/main.ts', 'connector', 'test', name, '--json'];
  // Failed cells end it with 1; what it printed counts.
  const { stdout } = await run(process.execPath, args, { cwd: clone, env, maxBuffer: 1 << 24 }).catch(
    (error: { stdout: string }) => error,
  );
  const scores: Score[] = JSON.parse(stdout);
  return scores[0];
}

test(
  'a new connector of every capability compiles and passes lint and import rules',
  async () => {
    await run(bin('tsc'), ['-p', '.', '--noEmit'], { cwd: clone });
    const folders = CAPABILITIES.map((capability) => `connectors/${capability}_bird`);
    await run(bin('biome'), ['check', ...folders, 'connectors/registry.ts', 'sandbox/twins.ts', 'conformance'], {
      cwd: clone,
    });
    const rules = ['--config', '.dependency-cruiser.cjs', 'connectors', 'sandbox', 'conformance'];
    await run(bin('depcruise'), rules, { cwd: clone, maxBuffer: 1 << 24 });
  },
  SLOW_MS,
);

test(
  'it fails the suite by naming the next thing to write, and what the guide says makes its first operation green',
  async () => {
    const before = await scoreOf('message_bird');
    const cells = Object.values(before?.writes[0]?.cells ?? {});
    expect(cells).toHaveLength(16);
    for (const cell of cells) {
      expect(cell).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('message_bird/operations/send.ts'),
      });
    }

    const guide = readFileSync(path.join(clone, 'docs', 'engineers.md'), 'utf8');
    const pasted = /the test of the scaffold pastes this -->\n {3}```ts\n([\s\S]*?)\n {3}```/.exec(guide)?.[1];
    const file = path.join(clone, 'connectors', 'message_bird', 'operations', 'send.ts');
    const written = readFileSync(file, 'utf8')
      .replace('_client', 'client')
      .replace(/ {4}send: async [\s\S]*?\n {4}\},/, () => pasted ?? '');
    writeFileSync(file, written);
    const after = await scoreOf('message_bird');
    const states = Object.entries(after?.writes[0]?.cells ?? {}).map(([fault, cell]) =>
      cell.state === 'failed' ? `${fault}: ${cell.reason}` : cell.state,
    );
    expect(states).toEqual(Array.from({ length: 16 }, () => 'passed'));
  },
  SLOW_MS,
);
