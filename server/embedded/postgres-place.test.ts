import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { openDataDir, removeDataDir } from './data-dir.ts';
import { clusterOf, isReachable } from './postgres-place.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function privateHome(): string {
  const home = tempDataDir();
  folders.push(home);
  fs.chmodSync(home, 0o700);
  return home;
}

test('a folder below a private home is out of reach for other users', () => {
  const home = privateHome();
  const inner = path.join(home, 'data');
  fs.mkdirSync(inner, { mode: 0o755 });
  expect(isReachable(inner)).toBe(false);
  fs.chmodSync(home, 0o711);
  expect(isReachable(inner)).toBe(true);
});

test('keeps the cluster in the data directory when PostgreSQL runs as ourselves', () => {
  const dir = openDataDir(path.join(privateHome(), 'data'));
  expect(clusterOf(dir, null)).toBe(path.join(fs.realpathSync(dir.root), 'pg'));
});

test('moves the cluster to a reachable place, finds it again there, and removes it with the data directory', () => {
  const dir = openDataDir(path.join(privateHome(), 'data'));
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const cluster = clusterOf(dir, self);
  expect(isReachable(path.dirname(cluster))).toBe(true);
  expect(clusterOf(dir, self)).toBe(cluster);
  removeDataDir(dir.root);
  expect(fs.existsSync(cluster)).toBe(false);
});

test('says so when the moved cluster is gone, instead of starting an empty one', () => {
  const dir = openDataDir(path.join(privateHome(), 'data'));
  fs.symlinkSync(path.join(dir.root, 'nowhere'), dir.postgres);
  expect(() => clusterOf(dir, null)).toThrow('which is gone: the database is lost');
});
