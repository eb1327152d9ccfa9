import fs from 'node:fs';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { commandOf, isAlive, startTimeOf } from '../../scripts/bootstrap/process.mjs';
import { findTemporal } from '../../scripts/bootstrap/temporal.mjs';
import { type Child, type Log, launch, stopProcess, until } from './child.ts';
import { type DataDir, openDataDir } from './data-dir.ts';
import { choosePort, isListening } from './ports.ts';

export type TemporalOptions = {
  dataDir: string;
  log: Log;
  namespace?: string;
  /** Serve Temporal's own web UI too; off by default, it costs memory. */
  ui?: boolean;
  /** Address of the hub's codec, for the web UI to show what sealed payloads hold. */
  codecEndpoint?: string | null;
  /** This port and no other; otherwise the last one when free, else any. */
  port?: number;
};

export type RunningTemporal = Child & {
  port: number;
  /** host:port of the gRPC front end, on loopback. */
  address: string;
  uiAddress: string | null;
};

type Recorded = { pid: number; startTime: string | null; port: number; uiPort: number | null };

const HOST = '127.0.0.1';
const READY_MS = 60_000;
const LAUNCHES = 5;
const STOP: [NodeJS.Signals, number][] = [
  ['SIGTERM', 15_000],
  ['SIGKILL', 5_000],
];

/**
 * The dev server's defaults are made for a laptop that runs one workflow at a time. Its rate limits would stall a
 * rehearsal; polling its queues 20 times a second makes a three-activity run take 350 ms instead of 95; timers shifted
 * by up to a second would come hours late on a clock that runs a day in three seconds. One partition makes task-queue
 * rates exact. Keys: https://github.com/temporalio/temporal/blob/v1.31.2/common/dynamicconfig/constants.go
 */
const DYNAMIC_CONFIG: Record<string, number | string> = {
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 20_000,
  'matching.rps': 20_000,
  'history.rps': 20_000,
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxTimeShift': '20ms',
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

/** Its live memory is small: collecting it a quarter as often saves more processor time than the memory is worth. */
const GOGC = '400';

/** Starts the embedded Temporal server of a data directory, or adopts the one that a killed hub left running there. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { dataDir, log, namespace = 'default' } = options;
  const dir = openDataDir(dataDir);
  const left = await adopt(dir, options, namespace);
  const running = left ?? (await start(dir, options, namespace));
  log(`Temporal ${left ? 'adopted' : 'started'}: process ${running.pid}, port ${running.port}`);
  return {
    pid: running.pid,
    adopted: left !== null,
    port: running.port,
    address: `${HOST}:${running.port}`,
    uiAddress: running.uiPort === null ? null : `http://${HOST}:${running.uiPort}`,
    stop: () => stopProcess(running.pid, STOP),
  };
}

/** The server that this data directory started last, if it still runs and answers as asked; else it is stopped. */
async function adopt(dir: DataDir, { port, ui = false }: TemporalOptions, namespace: string): Promise<Recorded | null> {
  const found = lastRun(dir);
  if (!found || !isOurs(found, dir)) return null;
  const fits = (port === undefined || port === found.port) && (found.uiPort !== null || !ui);
  if (fits && (await until(async () => !isAlive(found.pid) || (await answers(found.port, namespace)), 15_000))) {
    if (isAlive(found.pid)) return found;
  }
  await stopProcess(found.pid, STOP);
  return null;
}

async function start(
  dir: DataDir,
  { port: asked, ui = false, codecEndpoint = null }: TemporalOptions,
  namespace: string,
): Promise<Recorded> {
  const command = process.env.HEADROOM_TEMPORAL || (await findTemporal(process.env));
  const readyOnce = path.join(dir.run, 'temporal.ready');
  // Killed while it made its tables, the server would never start again on that file, and nothing is in it yet.
  if (!fs.existsSync(readyOnce)) fs.rmSync(dir.temporalDb, { force: true });
  let last = lastRun(dir);
  let output = '';
  for (let attempt = 0; attempt < LAUNCHES; attempt++) {
    const port = await choosePort(asked, last?.port);
    const uiPort = ui ? await choosePort(undefined, last?.uiPort ?? undefined) : null;
    const { pid, output: outputNow } = launch({
      command,
      args: argumentsOf({ port, uiPort, namespace, file: dir.temporalDb, codecEndpoint }),
      logFile: path.join(dir.log, 'temporal.log'),
      cwd: dir.root,
      env: { GOGC, ...process.env },
    });
    const running: Recorded = { pid, startTime: startTimeOf(pid), port, uiPort };
    // Before it answers: if we are killed meanwhile, the next start must know of it.
    fs.writeFileSync(recordOf(dir), JSON.stringify(running));
    await until(async () => !isAlive(pid) || (await answers(port, namespace)), READY_MS);
    if (isAlive(pid) && (await answers(port, namespace))) {
      fs.writeFileSync(readyOnce, '');
      return running;
    }
    await stopProcess(pid, STOP);
    output = outputNow();
    last = null;
  }
  throw new Error(`Temporal (${command}) did not start; it said:\n${output.trim().split('\n').slice(-8).join('\n')}`);
}

function argumentsOf(server: {
  port: number;
  uiPort: number | null;
  namespace: string;
  file: string;
  codecEndpoint: string | null;
}): string[] {
  const codec = server.codecEndpoint === null ? [] : ['--ui-codec-endpoint', server.codecEndpoint];
  const ui = server.uiPort === null ? ['--headless'] : ['--ui-ip', HOST, '--ui-port', String(server.uiPort), ...codec];
  return [
    ...['server', 'start-dev', '--ip', HOST, '--port', String(server.port), ...ui],
    ...['--namespace', server.namespace, '--db-filename', server.file],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...['--log-level', 'warn', '--log-format', 'json'],
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}

/** Whether a Temporal server on a port knows the namespace. */
async function answers(port: number, namespace: string): Promise<boolean> {
  // A gRPC client that finds the port closed waits a second before it looks again.
  if (!(await isListening(port))) return false;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address: `${HOST}:${port}`, connectTimeout: 2_000 });
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/** A pid alone may long be somebody else's: the start time (where the system tells it) and our own file must agree. */
function isOurs({ pid, startTime }: Recorded, dir: DataDir): boolean {
  return isAlive(pid) && startTimeOf(pid) === startTime && commandOf(pid).includes(dir.temporalDb);
}

function lastRun(dir: DataDir): Recorded | null {
  try {
    return JSON.parse(fs.readFileSync(recordOf(dir), 'utf8'));
  } catch {
    return null;
  }
}

function recordOf(dir: DataDir): string {
  return path.join(dir.run, 'temporal.json');
}
