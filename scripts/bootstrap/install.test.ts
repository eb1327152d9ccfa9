import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { complaintsOf, ensureInstalled, isStamped, matchesLockfile } from './install.mjs';

type Packages = Record<string, { version?: string; integrity?: string; optional?: boolean }>;

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-install-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const one = { 'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' } };
const otherPlatform = { 'node_modules/darwin': { version: '1.0.0', integrity: 'sha512-mac', optional: true } };

function write(wanted: Packages, present: Packages) {
  fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true });
  for (const where of Object.keys(present)) fs.mkdirSync(path.join(root, where), { recursive: true });
  fs.writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  fs.writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }));
}

const progress = {
  note: () => {},
  clear: () => {},
  during: () => {
    throw new Error('npm ci would have run');
  },
};

test('a stamp holds until the lockfile changes', async () => {
  write(one, one);
  expect(isStamped(root)).toBe(false);
  await ensureInstalled({ root, progress });
  expect(isStamped(root)).toBe(true);
  write({ ...one, 'node_modules/two': { version: '2.0.0' } }, one);
  expect(isStamped(root)).toBe(false);
});

test('packages that a developer installed by hand are kept, without those of other platforms', () => {
  write({ ...one, ...otherPlatform }, one);
  expect(matchesLockfile(root)).toBe(true);
});

test.each<[string, Packages, Packages]>([
  ['a package is missing', { ...one, 'node_modules/two': { version: '2.0.0' } }, one],
  ['a version differs', one, { 'node_modules/one': { version: '1.0.1', integrity: 'sha512-one' } }],
  ['the content differs', one, { 'node_modules/one': { version: '1.0.0', integrity: 'sha512-other' } }],
])('installs when %s', async (_, wanted, present) => {
  write(wanted, present);
  expect(matchesLockfile(root)).toBe(false);
  await expect(ensureInstalled({ root, progress })).rejects.toThrow('npm ci would have run');
  expect(isStamped(root)).toBe(false);
});

test('installs when a package folder was deleted', () => {
  write(one, one);
  fs.rmSync(path.join(root, 'node_modules', 'one'), { recursive: true });
  expect(matchesLockfile(root)).toBe(false);
});

test('installs when node_modules is missing', () => {
  write(one, one);
  fs.rmSync(path.join(root, 'node_modules'), { recursive: true });
  expect(isStamped(root)).toBe(false);
  expect(matchesLockfile(root)).toBe(false);
});

test('shows what npm complains of, without its warnings', () => {
  const output = 'npm warn EBADENGINE old\nnpm error code ENOTFOUND\nnpm error\nnpm error network no such host\n';
  expect(complaintsOf(output)).toBe('  npm error code ENOTFOUND\n  npm error network no such host');
});
