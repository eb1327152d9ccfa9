import fs from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { findToken, inTransaction } from '../store/index.ts';
import { httpServer } from '../test/support/http-server.ts';
import { tempDataDir } from '../test/support/temp-data-dir.ts';
import { readHubAddress } from './hub-address.ts';
import { admitCommandLine } from './local-token.ts';

function folder(): string {
  const dir = tempDataDir();
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

async function servers() {
  const { store, context, close } = await httpServer();
  onTestFinished(close);
  const roleOf = async (dir: string) => {
    const token = readHubAddress(dir)?.token ?? '';
    return (await inTransaction(store, (tx) => findToken(tx, token)))?.role ?? null;
  };
  return { store, roleOf, start: (dir: string) => admitCommandLine(context.deps, dir, 'http://127.0.0.1:1') };
}

test('servers on one database let in the command lines of each; the end of one is the end of its token alone', async () => {
  const { start, roleOf } = await servers();
  const [a, b] = [folder(), folder()];
  const stopA = await start(a);
  await start(b);
  expect([await roleOf(a), await roleOf(b)]).toEqual(['admin', 'admin']);
  await stopA();
  expect([await roleOf(a), await roleOf(b)]).toEqual([null, 'admin']);
});

test('a server that took over the data directory keeps its token when the earlier one ends', async () => {
  const { start, roleOf } = await servers();
  const dir = folder();
  const stopFirst = await start(dir);
  await start(dir);
  await stopFirst();
  expect(await roleOf(dir)).toBe('admin');
});

test('a server whose store is gone still ends', async () => {
  const { start, store } = await servers();
  const stop = await start(folder());
  await store.close();
  await expect(stop()).resolves.toBeUndefined();
});
