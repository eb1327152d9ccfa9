import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { defaultDataDir, openDataDir, secretOf } from './data-dir.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function newDir() {
  const root = tempDataDir();
  folders.push(root);
  return openDataDir(root);
}

test('a secret is made once, long, and readable by its owner alone', () => {
  const dir = newDir();
  const first = secretOf(dir, 'token');
  expect(first).toHaveLength(43);
  expect(secretOf(dir, 'token')).toBe(first);
  expect(fs.statSync(path.join(dir.secrets, 'token')).mode & 0o777).toBe(0o600);
  expect(secretOf(dir, 'other')).not.toBe(first);
});

test('nobody else can list the data directory or read its secrets and logs', () => {
  const dir = newDir();
  expect(fs.statSync(dir.root).mode & 0o066).toBe(0);
  for (const folder of [dir.secrets, dir.log, dir.run]) expect(fs.statSync(folder).mode & 0o077).toBe(0);
});

test.each([
  [{ HEADROOM_DATA: '/srv/data', XDG_DATA_HOME: '/x' }, '/srv/data'],
  [{ XDG_DATA_HOME: '/x' }, '/x/headroom'],
])('the default place follows %j', (env, expected) => {
  expect(defaultDataDir(env)).toBe(expected);
});
