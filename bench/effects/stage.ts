import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { BusinessClock } from '../../domain/clock.ts';
import {
  firstLine,
  hubReady,
  type Process,
  type SandboxReady,
  startProgram,
  startSandboxProcess,
  stopProcess,
} from '../../server/demo/processes.ts';
import { serversOf } from '../../server/demo/servers.ts';
import { removeDataDir } from '../../server/embedded/data-dir.ts';
import { freePort, isListening } from '../../server/embedded/ports.ts';
import { startPostgres } from '../../server/embedded/postgres.ts';
import { supervise } from '../../server/embedded/supervise.ts';
import { startTemporal } from '../../server/embedded/temporal.ts';
import type { SandboxFile } from '../../server/options.ts';
import { Stops } from '../../server/stops.ts';
import { sealedConverter } from '../../server/temporal/converter.ts';
import { openStore, readKeyRing, type Store } from '../../store/index.ts';
import type { HubTask } from './hub.ts';
import { writeConfig, writeWorld } from './world.ts';

const HUB = 'bench/effects/hub.ts';
const NAMESPACE = 'default';
const TENANT = 'Tidewater Analytics';

/** Someone who may be killed. */
export type Victim = 'hub' | 'server' | 'worker 1' | 'worker 2' | 'Temporal' | 'PostgreSQL';

/** One death: wire times in milliseconds since 1970. */
export interface Death {
  victim: Victim;
  killedAt: number;
  /** When it worked again. */
  backAt: number;
}

export interface StageOptions {
  accounts: number;
  /** Server and two workers as processes of their own, on a PostgreSQL and a Temporal that are not theirs. */
  separate: boolean;
  /** False: no vendor refuses anybody for asking too often. */
  rateLimits: boolean;
}

/** Vendors, a hub and its servers, each a process of its own. */
export interface Stage {
  client: Client;
  store: Store;
  /** The sandbox's control API. */
  control: string;
  secrets: Record<string, string>;
  addresses: Record<string, string>;
  hubUrl: string;
  tenant: string;
  victims: Victim[];
  deaths: Death[];
  /** Ends it with -9 and resolves when it is back. */
  kill: (victim: Victim) => Promise<void>;
  /** Where logs are, if something has to be looked at. */
  folder: string;
  keepLogs: () => void;
  stop: () => Promise<void>;
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-bench-'));
  const stops = new Stops();
  let keep = false;
  stops.add(() => {
    if (!keep) fs.rmSync(folder, { recursive: true, force: true });
  });
  const dataDir = path.join(folder, 'data');
  stops.add(() => {
    if (!keep) removeDataDir(dataDir);
  });
  try {
    const now = new Date().toISOString();
    const clock: BusinessClock = { startedAt: now, epoch: now, scale: 1 };
    const sandbox = await startSandboxProcess(
      {
        world: { usage: writeWorld(folder, options.accounts, now) },
        clock,
        seed: 'bench',
        people: false,
        rateLimits: options.rateLimits,
      },
      path.join(folder, 'sandbox.log'),
    );
    stops.add(() => stopProcess(sandbox.process));
    const { addresses, secrets } = sandbox.ready;
    const configDir = writeConfig(folder, await slackChannel(sandbox.ready), options);
    const vendors: SandboxFile = { addresses, secrets, clock };
    const port = await freePort();
    const places = { folder, dataDir, configDir, port, vendors };
    const hub = options.separate ? await startParts(places, stops) : await startEmbedded(places, stops);

    const keys = readKeyRing(dataDir, process.env.HEADROOM_DATA_KEY);
    const connection = await Connection.connect({ address: hub.temporalAddress });
    stops.add(() => connection.close());
    const store = await openStore(hub.databaseUrl, {
      tenant: TENANT,
      keys,
      maxConnections: 2,
    });
    stops.add(() => store.close());
    const deaths: Death[] = [];
    return {
      client: new Client({ connection, namespace: NAMESPACE, dataConverter: sealedConverter(keys) }),
      store,
      control: addresses.control ?? '',
      secrets,
      addresses,
      hubUrl: `http://127.0.0.1:${port}`,
      tenant: TENANT,
      victims: hub.victims,
      deaths,
      kill: async (victim) => {
        const killedAt = Date.now();
        await hub.kill(victim);
        deaths.push({ victim, killedAt, backAt: Date.now() });
      },
      folder,
      keepLogs: () => {
        keep = true;
      },
      stop: () => stops.run(),
    };
  } catch (error) {
    keep = true;
    await stops.run().catch(() => undefined);
    throw new Error(`the bench could not start; logs in ${folder}`, { cause: error });
  }
}

interface Places {
  folder: string;
  dataDir: string;
  configDir: string;
  port: number;
  vendors: SandboxFile;
}

interface RunningHub {
  temporalAddress: string;
  databaseUrl: string;
  victims: Victim[];
  kill: (victim: Victim) => Promise<void>;
}

/** `headroom up`: one process, whose PostgreSQL and Temporal live on when it is killed. */
async function startEmbedded({ folder, dataDir, configDir, port, vendors }: Places, stops: Stops): Promise<RunningHub> {
  const { clock } = vendors;
  const options = { configDir, dataDir, port, host: '127.0.0.1', publicUrl: null, sandbox: vendors, clock };
  let hub: Process | null = null;
  const start = async () => {
    hub = await startHub({ form: 'up', options }, path.join(folder, 'hub.log'));
  };
  stops.add(async () => {
    await stopProcess(hub, 60_000);
    // Killed, it could not end its servers.
    const { postgres, temporal } = serversOf(dataDir);
    if (hub?.child.signalCode === 'SIGKILL') for (const pid of [postgres, temporal?.pid]) if (pid) end(pid, 'SIGTERM');
  });
  await start();
  const log = () => {};
  // Adopts what runs: the bench only wants the address.
  const { url: databaseUrl } = await startPostgres({ dataDir, log });
  const temporalAddress = `127.0.0.1:${serversOf(dataDir).temporal?.port}`;
  return {
    temporalAddress,
    databaseUrl,
    victims: ['hub', 'Temporal', 'PostgreSQL'],
    kill: async (victim) => {
      if (victim === 'Temporal')
        return await killServer(serversOf(dataDir).temporal, () => serversOf(dataDir).temporal);
      if (victim === 'PostgreSQL') return await killServer(postgresOf(dataDir), () => postgresOf(dataDir));
      if (!hub) return;
      end(hub.pid, 'SIGKILL');
      await hub.ended;
      await start();
    },
  };
}

/** A server and two workers, each its own process, on servers that somebody else looks after. */
async function startParts({ folder, dataDir, configDir, port, vendors }: Places, stops: Stops): Promise<RunningHub> {
  const log = (line: string) => fs.appendFileSync(path.join(folder, 'servers.log'), `${line}\n`);
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir, log }),
    startTemporal({ dataDir, log, namespace: NAMESPACE }),
  ]);
  const watched = [
    supervise({
      name: 'PostgreSQL',
      child: postgres,
      log,
      restart: (old) => startPostgres({ dataDir, log, port: old.port }),
    }),
    supervise({
      name: 'Temporal',
      child: temporal,
      log,
      restart: (old) => startTemporal({ dataDir, log, namespace: NAMESPACE, port: old.port }),
    }),
  ];
  for (const server of watched) stops.add(() => server.stop());

  const running = new Map<Victim, Process>();
  const place = { databaseUrl: postgres.url, temporalAddress: temporal.address, namespace: NAMESPACE };
  const network = { port, publicUrl: `http://127.0.0.1:${port}`, sandbox: vendors, clock: vendors.clock };
  const start = async (victim: Victim) => {
    const parts: ('server' | 'worker' | 'schedules')[] = victim === 'server' ? ['server', 'schedules'] : ['worker'];
    const mine = { ...place, parts, network: victim === 'server' ? network : { ...network, port: 0 } };
    const task: HubTask = { form: 'part', folders: { configDir, dataDir }, place: mine };
    running.set(victim, await startHub(task, path.join(folder, `${victim.replace(' ', '-')}.log`)));
  };
  const parts: Victim[] = ['server', 'worker 1', 'worker 2'];
  for (const part of parts) {
    stops.add(() => stopProcess(running.get(part) ?? null, 60_000));
    await start(part);
  }
  return {
    temporalAddress: temporal.address,
    databaseUrl: postgres.url,
    victims: [...parts, 'Temporal', 'PostgreSQL'],
    kill: async (victim) => {
      if (victim === 'Temporal')
        return await killServer(serversOf(dataDir).temporal, () => serversOf(dataDir).temporal);
      if (victim === 'PostgreSQL') return await killServer(postgresOf(dataDir), () => postgresOf(dataDir));
      const process = running.get(victim);
      if (!process) return;
      end(process.pid, 'SIGKILL');
      await process.ended;
      await start(victim);
    },
  };
}

async function startHub(task: HubTask, logFile: string): Promise<Process> {
  const program = startProgram([HUB, JSON.stringify(task)], { env: {}, logFile });
  await firstLine(program, hubReady, 'the hub', logFile);
  return program;
}

interface Server {
  pid: number;
  port: number;
}

function postgresOf(dataDir: string): Server | null {
  const pid = serversOf(dataDir).postgres;
  const port = Number(fs.readFileSync(path.join(dataDir, 'run', 'postgres.port'), 'utf8'));
  return pid === null ? null : { pid, port };
}

/** Resolves when whoever looks after it has put another one in its place. */
async function killServer(server: Server | null, now: () => Server | null): Promise<void> {
  if (!server) throw new Error('a server was to be killed that does not run');
  end(server.pid, 'SIGKILL');
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    await sleep(100);
    const next = now();
    if (next && next.pid !== server.pid && (await isListening(next.port))) return;
  }
  throw new Error(`the server ${server.pid} did not come back after it was killed`);
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It had ended by itself.
  }
}

/** The id of the channel for alerts, as an administrator would copy it from Slack. */
async function slackChannel({ addresses, secrets }: SandboxReady): Promise<string> {
  const response = await fetch(`${addresses.slack}/api/chat.postMessage`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secrets.SLACK_BOT_TOKEN}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ channel: '#expansion', text: 'Which id has this channel?' }),
  });
  const { channel } = (await response.json()) as { channel?: string };
  if (channel === undefined) throw new Error('the Slack simulator has no channel for alerts');
  return channel;
}
