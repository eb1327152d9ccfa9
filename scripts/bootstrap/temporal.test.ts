import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkTemporal, TEMPORAL } from './temporal.mjs';
import { cached, findOnPath, firstOf, nothingWorked, waysToFind } from './tools.mjs';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-bootstrap-'));
  folders.push(folder);
  return folder;
}

/** A program named temporal that says what it is told to say. */
function fakeCli(says: string, folder = newFolder()): string {
  const file = path.join(folder, 'temporal');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  return file;
}

const good = 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)';

describe('finding the Temporal CLI', () => {
  test('takes TEMPORAL_CLI before PATH, and PATH before the cache', async () => {
    const cache = newFolder();
    const inCache = fakeCli(good, path.join(cache, 'headroom', 'temporal', '1.8.2'));
    const onPath = fakeCli(good);
    const named = fakeCli(good);
    const env = { TEMPORAL_CLI: named, PATH: path.dirname(onPath), XDG_CACHE_HOME: cache };
    expect(await firstOf(waysToFind(TEMPORAL, env))).toMatchObject({ ok: true, path: named });
    expect(await firstOf(waysToFind(TEMPORAL, { ...env, TEMPORAL_CLI: undefined }))).toMatchObject({
      ok: true,
      path: onPath,
    });
    expect(await firstOf(waysToFind(TEMPORAL, { XDG_CACHE_HOME: cache, PATH: '' }))).toMatchObject({
      ok: true,
      path: inCache,
    });
  });

  test('goes on to the next place when one holds something unusable, and keeps each reason', async () => {
    const tooOld = fakeCli('temporal version 0.13.2 (Server 1.24.2, UI 2.27.2)');
    const env = { TEMPORAL_CLI: '/nowhere/temporal', PATH: path.dirname(tooOld), XDG_CACHE_HOME: newFolder() };
    const result = await firstOf(waysToFind(TEMPORAL, env));
    expect(result).toEqual({
      ok: false,
      tries: [
        { name: 'TEMPORAL_CLI', reason: '/nowhere/temporal does not exist' },
        { name: 'PATH', reason: `${tooOld} holds server 1.24; 1.29 or newer is needed` },
        { name: 'cache', reason: `${cached(TEMPORAL, env)} does not exist` },
      ],
    });
  });

  test('stops at the first way that works', async () => {
    const asked: string[] = [];
    const way = (name: string, ok: boolean) => ({
      name,
      attempt: async () => {
        asked.push(name);
        return ok ? { ok: true as const, path: `/${name}`, version: '1' } : { ok: false as const, reason: 'no' };
      },
    });
    await firstOf([way('a', false), way('b', true), way('c', true)]);
    expect(asked).toEqual(['a', 'b']);
  });

  test('accepts a CLI built by go install, which names no version of its own', async () => {
    const file = fakeCli('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)');
    expect(await checkTemporal(file)).toMatchObject({ ok: true, version: '0.0.0-DEV' });
  });

  test.each([
    ['Temporal Deployments 3.1', /is not the Temporal CLI: it says "Temporal Deployments 3.1"/],
    ['temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)', undefined],
  ])('judges a program that says %s', async (says, reason) => {
    const result = await checkTemporal(fakeCli(says));
    expect(result.ok ? undefined : result.reason).toEqual(reason ? expect.stringMatching(reason) : undefined);
  });

  test('passes over files on PATH that cannot be run', () => {
    const folder = newFolder();
    fs.writeFileSync(path.join(folder, 'temporal'), 'text', { mode: 0o644 });
    const runnable = fakeCli(good);
    expect(findOnPath('temporal', [folder, path.dirname(runnable)].join(path.delimiter))).toBe(runnable);
    expect(findOnPath('temporal', folder)).toBeNull();
  });
});

test('when nothing works, one message names each try, its reason and what to install', () => {
  const message = nothingWorked(TEMPORAL, [
    { name: 'TEMPORAL_CLI', reason: 'not set' },
    { name: 'download', reason: 'dns error' },
    { name: 'Go build', reason: 'no program named go on PATH' },
  ]);
  expect(message).toMatch(/TEMPORAL_CLI +not set\n.*download +dns error\n.*Go build +no program named go on PATH/);
  expect(message).toContain('https://docs.temporal.io/cli/setup-cli');
  expect(message).toContain('https://go.dev/dl/');
});
