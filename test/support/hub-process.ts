import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { businessNow } from '../../domain/clock.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { twins } from '../../sandbox/twins.ts';
import { type Process, startHubProcess, stopProcess } from '../../server/demo/processes.ts';
import { serversOf } from '../../server/demo/servers.ts';
import { removeDataDir } from '../../server/embedded/data-dir.ts';
import { freePort } from '../../server/embedded/ports.ts';
import { readHubAddress } from '../../server/hub-address.ts';
import { tempDataDir } from './temp-data-dir.ts';
import { type ExampleConfig, writeTestConfig } from './test-config.ts';
import { EPOCH, writeTestWorld } from './test-world.ts';

/** A day takes ten seconds: a restart, which takes a few, is then no long outage. */
const SCALE = 8_640;
/** A worker finishes what it has begun before it stops. */
const STOP_MS = 60_000;

/** `headroom up` as a process that can be killed, with its own PostgreSQL and Temporal, among simulated vendors. */
export interface HubProcess {
  sandbox: Sandbox;
  usageFile: string;
  /** What it has written to standard error and, once it had started, to standard output. */
  logFile: string;
  outFile: string;
  dataDir: string;
  configDir: string;
  port: number;
  sandboxFile: string;
  now: () => string;
  /** Calls its API, or another of its addresses, with an admin's token. */
  call: (path: string, init?: RequestInit) => Promise<Response>;
  /** Asks its API. @throws while it is away */
  ask: <T>(path: string, schema: z.ZodType<T>) => Promise<T>;
  /** Ends it with -9; its servers go on. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startHubAsProcess(
  accounts: Record<string, Record<string, string>>,
  config: (config: ExampleConfig) => void = () => {},
): Promise<HubProcess> {
  const folder = tempDataDir();
  const file = (name: string) => path.join(folder, name);
  const [configDir, dataDir, usageFile] = [file('config'), file('data'), file('readings.ndjson')];
  fs.writeFileSync(usageFile, '');
  writeTestConfig(configDir, usageFile, config);
  const clock = { startedAt: new Date().toISOString(), epoch: EPOCH, scale: SCALE };
  const port = await freePort();
  const sandbox = await startSandbox(
    {
      world: { usage: writeTestWorld(folder, accounts) },
      clock,
      seed: 'tests',
      people: false,
      hubUrl: `http://127.0.0.1:${port}`,
    },
    twins,
  );
  const addresses = { ...sandbox.addresses, file: pathToFileURL(usageFile).toString() };
  fs.writeFileSync(file('sandbox.json'), JSON.stringify({ addresses, secrets: sandbox.secrets, clock }));
  const place = { configDir, dataDir, port, sandboxFile: file('sandbox.json'), clock, ui: false };
  let running: Process | null = null;
  const start = async () => {
    running = (await startHubProcess({ ...place, logFile: file('hub.log') })).process;
    running.child.stdout?.on('data', (data: Buffer) => fs.appendFileSync(file('hub.out'), data));
  };
  const stop = async () => {
    await stopProcess(running, STOP_MS);
    // Killed, by a test or because it took too long, it could not end its servers.
    const { postgres, temporal } = serversOf(dataDir);
    if (running?.child.signalCode === 'SIGKILL') for (const pid of [postgres, temporal?.pid]) if (pid) endServer(pid);
    await sandbox.stop();
    removeDataDir(dataDir);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const call = (where: string, init: RequestInit = {}) => {
    const address = readHubAddress(dataDir);
    const headers = { authorization: `Bearer ${address?.token}`, ...init.headers };
    return fetch(`${address?.url}${where}`, { ...init, headers, signal: AbortSignal.timeout(10_000) });
  };
  return {
    sandbox,
    logFile: file('hub.log'),
    outFile: file('hub.out'),
    usageFile,
    ...{ dataDir, configDir, port, sandboxFile: place.sandboxFile },
    now: () => businessNow(clock, Date.now()),
    call,
    ask: async (where, schema) => schema.parse(await (await call(where)).json()),
    kill: async () => {
      if (running) process.kill(running.pid, 'SIGKILL');
      await running?.ended;
    },
    start,
    stop,
  };
}

function endServer(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It had ended by itself.
  }
}
