import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../../scripts/bootstrap/process.mjs';
import { killedHub } from '../../test/support/killed-hub.ts';
import { tempDataDir } from '../../test/support/temp-data-dir.ts';
import { stopProcess } from './child.ts';
import { removeDataDir } from './data-dir.ts';
import { startTemporal, type TemporalOptions } from './temporal.ts';

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

async function start(dataDir: string, options: Partial<TemporalOptions> = {}) {
  const temporal = await startTemporal({ dataDir, log, ...options });
  clean.push(temporal.stop);
  return temporal;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const startRun = (client: Client) =>
  client.workflow.start('nobodyRunsThis', { workflowId: 'kept', taskQueue: 'none', args: [] });
const statusOf = async (client: Client) => (await client.workflow.getHandle('kept').describe()).status.name;

test('keeps open runs and the port over a clean stop', async () => {
  const dataDir = dataDirForTest();
  const first = await start(dataDir);
  expect(first).toMatchObject({ adopted: false, uiAddress: null });
  await withClient(first.address, startRun);
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start(dataDir);
  expect(second.address).toBe(first.address);
  expect(await withClient(second.address, statusOf)).toBe('RUNNING');
});

test('adopts the server that a hub killed with -9 left running', async () => {
  const dataDir = dataDirForTest();
  const left = await killedHub('temporal', dataDir);
  const temporal = await start(dataDir);
  expect(temporal).toMatchObject({ adopted: true, pid: left.pid, port: left.port });
  await temporal.stop();
  expect(isAlive(left.pid)).toBe(false);
});

test('comes back on the same port with its runs after it was killed with -9', async () => {
  const dataDir = dataDirForTest();
  const first = await start(dataDir);
  await withClient(first.address, startRun);
  await stopProcess(first.pid, [['SIGKILL', 5_000]]);
  const second = await start(dataDir, { port: first.port });
  expect(second).toMatchObject({ adopted: false, address: first.address });
  expect(await withClient(second.address, statusOf)).toBe('RUNNING');
});

test('replaces a server left without the web UI when the UI is wanted', async () => {
  const dataDir = dataDirForTest();
  const left = await killedHub('temporal', dataDir);
  const codecEndpoint = 'http://127.0.0.1:4670/codec/secret';
  const temporal = await start(dataDir, { ui: true, codecEndpoint });
  expect(temporal.adopted).toBe(false);
  expect(isAlive(left.pid)).toBe(false);
  const page = await fetch(temporal.uiAddress ?? '');
  expect(page.status).toBe(200);
  const settings = await fetch(`${temporal.uiAddress}/api/v1/settings`);
  expect(await settings.json()).toMatchObject({ Codec: { Endpoint: codecEndpoint } });
});

test('two data directories started at once get servers of their own', async () => {
  const [one, two] = await Promise.all([start(dataDirForTest()), start(dataDirForTest())]);
  await withClient(one.address, startRun);
  await expect(withClient(two.address, statusOf)).rejects.toThrow(/not found/i);
});
