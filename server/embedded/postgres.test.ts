import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../../scripts/bootstrap/process.mjs';
import { killedHub } from '../../test/support/killed-hub.ts';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { stopProcess } from './child.ts';
import { removeDataDir } from './data-dir.ts';
import { startPostgres } from './postgres.ts';

const log = () => {};
const clean: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

function dataDirForTest(): string {
  const dataDir = tempDataDir();
  clean.push(() => removeDataDir(dataDir));
  return dataDir;
}

async function start(dataDir: string, port?: number) {
  const postgres = await startPostgres({ dataDir, log, ...(port === undefined ? {} : { port }) });
  clean.push(postgres.stop);
  return postgres;
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('starts with the database headroom, stops by pid, and keeps data and port for the next start', async () => {
  const dataDir = dataDirForTest();
  const first = await start(dataDir);
  expect(first.adopted).toBe(false);
  expect(await ask(first.url, 'select current_database() as name')).toEqual([{ name: 'headroom' }]);
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start(dataDir);
  expect(second.port).toBe(first.port);
  expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('listens on loopback and a socket only its owner reaches, asks for the password, and keeps it in a file of its owner', async () => {
  const dataDir = dataDirForTest();
  const postgres = await start(dataDir);
  expect(await ask(postgres.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const [place] = await ask(postgres.url, `select current_setting('data_directory') as folder`);
  expect(await ask(postgres.url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: place?.folder }]);
  expect(fs.statSync(String(place?.folder)).mode & 0o077).toBe(0);
  const bySocket = new URL(postgres.url);
  expect(bySocket.searchParams.get('host')).toBe(place?.folder);
  const byLoopback = new URL(postgres.url);
  byLoopback.search = '';
  for (const wrong of [bySocket, byLoopback]) {
    expect(await ask(wrong.toString(), 'select 1 as one')).toEqual([{ one: 1 }]);
    wrong.password = 'guess';
    await expect(ask(wrong.toString(), 'select 1')).rejects.toThrow('password authentication failed');
  }
  const mode = fs.statSync(path.join(dataDir, 'secrets', 'postgres-password')).mode & 0o777;
  expect(mode).toBe(0o600);
});

test('adopts the server that a hub killed with -9 left running', async () => {
  const dataDir = dataDirForTest();
  const left = await killedHub('postgres', dataDir);
  const postgres = await start(dataDir);
  expect(postgres).toMatchObject({ adopted: true, pid: left.pid, port: left.port });
  expect(await ask(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await postgres.stop();
  expect(isAlive(left.pid)).toBe(false);
});

test('starts anew on the same port after the server itself was killed with -9, with every acknowledged row', async () => {
  const dataDir = dataDirForTest();
  const first = await start(dataDir);
  await ask(first.url, 'create table kept as select generate_series(1, 100) as n');
  await stopProcess(first.pid, [['SIGKILL', 5_000]]);
  const second = await start(dataDir, first.port);
  expect(second.port).toBe(first.port);
  expect(second.adopted).toBe(false);
  expect(await ask(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 100 }]);
});

test('does not take a living stranger for its server when postmaster.pid is stale', async () => {
  const dataDir = dataDirForTest();
  const first = await start(dataDir);
  const pidFile = path.join(fs.realpathSync(path.join(dataDir, 'pg')), 'postmaster.pid');
  const lines = fs.readFileSync(pidFile, 'utf8').split('\n');
  await first.stop();
  fs.writeFileSync(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
  const second = await start(dataDir);
  expect(second.adopted).toBe(false);
  expect(second.pid).not.toBe(process.pid);
});

test('two data directories started at once get servers of their own', async () => {
  const [one, two] = await Promise.all([start(dataDirForTest()), start(dataDirForTest())]);
  expect(one.port).not.toBe(two.port);
  await ask(one.url, 'create table only_here (n int)');
  expect(await ask(two.url, `select to_regclass('only_here') as found`)).toEqual([{ found: null }]);
});

test('takes another port when the last one is in use, but fails when that port was asked for', async () => {
  const holder = await start(dataDirForTest());
  const dataDir = dataDirForTest();
  fs.mkdirSync(path.join(dataDir, 'run'), { recursive: true });
  fs.writeFileSync(path.join(dataDir, 'run', 'postgres.port'), String(holder.port));
  const other = await start(dataDir);
  expect(other.port).not.toBe(holder.port);
  await other.stop();
  await expect(startPostgres({ dataDir, log, port: holder.port })).rejects.toThrow('Address already in use');
});
