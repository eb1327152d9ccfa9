import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkStripeMock, STRIPE_MOCK } from './stripe-mock.mjs';
import { firstOf, nothingWorked, waysToFind } from './tools.mjs';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function fake(says: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-bootstrap-'));
  folders.push(folder);
  const file = path.join(folder, 'stripe-mock');
  fs.writeFileSync(file, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  return file;
}

test.each([
  ['stripe-mock 0.203.0', true],
  ['stripe-mock master', true],
  // Another version judges by another specification.
  ['stripe-mock 0.190.0', false],
  ['mock of stripe 0.203.0', false],
])('a program that says "%s": taken %s', async (says, ok) => {
  expect((await checkStripeMock(fake(says))).ok).toBe(ok);
});

test('STRIPE_MOCK goes before PATH', async () => {
  const [named, onPath] = [fake('stripe-mock 0.203.0'), fake('stripe-mock 0.203.0')];
  const env = { PATH: path.dirname(onPath), XDG_CACHE_HOME: '/nowhere' };
  expect(await firstOf(waysToFind(STRIPE_MOCK, { ...env, STRIPE_MOCK: named }))).toMatchObject({ path: named });
  expect(await firstOf(waysToFind(STRIPE_MOCK, env))).toMatchObject({ path: onPath });
});

test('without it, the message says what to install', () => {
  const message = nothingWorked(STRIPE_MOCK, [{ name: 'cache', reason: '/nowhere does not exist' }]);
  expect(message).toMatch(/^No stripe-mock could be found or made/);
  expect(message).toContain('https://github.com/stripe/stripe-mock/releases');
});
