import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { inTransaction, keepToken, listen, mintToken, readDataKey, reportNumbers } from '../store/index.ts';
import { type Core, openCore } from './core.ts';
import { startInbox } from './dispatch/inbox.ts';
import { startOutbox } from './dispatch/outbox.ts';
import { openDataDir } from './embedded/data-dir.ts';
import { lockDataDir } from './embedded/lock.ts';
import { freePort } from './embedded/ports.ts';
import { startPostgres } from './embedded/postgres.ts';
import { supervise } from './embedded/supervise.ts';
import { startTemporal } from './embedded/temporal.ts';
import { makeHttpServer } from './http/app.ts';
import { writeHubAddress } from './hub-address.ts';
import type { Running, ServerOptions, UpOptions, WorkerOptions } from './options.ts';
import { ingestReadings } from './ports/ingest.ts';
import { trialDoor, trialEnd } from './ports/trials.ts';
import { openUpgradeLink, viewUpgrade } from './ports/upgrades.ts';
import { keepSchedules, planSweeps } from './schedules.ts';
import { Stops } from './stops.ts';
import { startWorker } from './worker.ts';

const NAMESPACE = 'default';
const HOST = '127.0.0.1';

/** Everything on one machine: embedded PostgreSQL and Temporal, server and worker. */
export async function runUp(options: UpOptions): Promise<Running> {
  const { dataDir, progress } = options;
  const stops = new Stops();
  try {
    const held = lockDataDir(dataDir);
    stops.add(() => held.release());
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const ui = process.env.HEADROOM_TEMPORAL_UI === '1';
    progress('starting PostgreSQL and Temporal');
    const [postgres, temporal] = await Promise.all([
      startPostgres({ dataDir, log }),
      startTemporal({ dataDir, log, namespace: NAMESPACE, ui }),
    ]);
    const watched = [
      supervise({
        name: 'PostgreSQL',
        child: postgres,
        log,
        restart: ({ port }) => startPostgres({ dataDir, log, port }),
      }),
      supervise({
        name: 'Temporal',
        child: temporal,
        log,
        restart: ({ port }) => startTemporal({ dataDir, log, namespace: NAMESPACE, ui, port }),
      }),
    ];
    for (const server of watched) stops.add(() => server.stop());
    const hub = await serve(options, {
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      parts: ['server', 'worker'],
      network: options,
    });
    stops.add(() => hub.stop());
    const addresses = [
      ...hub.addresses,
      ...(temporal.uiAddress === null ? [] : [{ name: 'Temporal UI', url: temporal.uiAddress }]),
    ];
    return { addresses, ended: hub.ended, stop: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

/** The HTTP server and the dispatchers, on a PostgreSQL and a Temporal cluster of the company's own. */
export function runServer(options: ServerOptions): Promise<Running> {
  openDataDir(options.dataDir);
  return serve(options, { ...options, parts: ['server'], network: { ...options, sandbox: null, clock: null } });
}

export function runWorker(options: WorkerOptions): Promise<Running> {
  openDataDir(options.dataDir);
  return serve(options, {
    ...options,
    parts: ['worker'],
    network: { port: 0, publicUrl: null, sandbox: null, clock: null },
  });
}

interface Place {
  databaseUrl: string;
  temporalAddress: string;
  parts: ('server' | 'worker')[];
  network: Pick<UpOptions, 'port' | 'publicUrl' | 'sandbox' | 'clock'>;
}

async function serve(
  { configDir, dataDir, progress }: Pick<UpOptions, 'configDir' | 'dataDir' | 'progress'>,
  place: Place,
): Promise<Running> {
  const { port: wanted, publicUrl, sandbox, clock } = place.network;
  const stops = new Stops();
  try {
    const port = wanted === 0 ? await freePort() : wanted;
    const url = `http://${HOST}:${port}`;
    progress('opening the store and the connections');
    const core = await openCore({
      databaseUrl: place.databaseUrl,
      dataKey: readDataKey(dataDir, process.env.HEADROOM_DATA_KEY),
      config: { dir: configDir, env: process.env, sandbox },
      clock,
      publicUrl: (publicUrl ?? process.env.HEADROOM_PUBLIC_URL ?? url).replace(/\/$/, ''),
      log: pino({ level: process.env.HEADROOM_LOG ?? 'warn' }, pino.destination(2)),
    });
    stops.add(() => core.close());
    const connection = await Connection.connect({ address: place.temporalAddress });
    stops.add(() => connection.close());
    const client = new Client({ connection, namespace: NAMESPACE });
    const failures: Promise<never>[] = [];
    if (place.parts.includes('worker')) {
      progress('starting the worker');
      const worker = await startWorker(core.deps, place.temporalAddress, NAMESPACE);
      stops.add(() => worker.stop());
      failures.push(worker.failed);
    }
    if (place.parts.includes('server')) {
      progress('starting the server');
      await startServer(core, client, port, stops);
      const token = mintToken();
      await inTransaction(core.store, (tx) =>
        keepToken(tx, { name: 'local-cli', role: 'admin', token, now: core.deps.now() }),
      );
      writeHubAddress(dataDir, { url, token });
    }
    const ended = new Promise<void>((resolve, reject) => {
      stops.add(() => resolve());
      Promise.race(failures).catch(reject);
    });
    const addresses = place.parts.includes('server')
      ? [
          { name: 'hub', url },
          { name: 'API docs', url: `${url}/api/v1/docs` },
        ]
      : [];
    return { addresses, ended, stop: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

/** The HTTP server, the dispatchers and the Schedules. */
async function startServer({ deps, store, lag }: Core, client: Client, port: number, stops: Stops): Promise<void> {
  const requestTrial = trialDoor(deps, client, (name) => process.env[name]);
  const numbers = await inTransaction(store, (tx) => reportNumbers(tx));
  const plans = planSweeps(deps, Math.max(numbers.accounts, 1));
  const http = await makeHttpServer({
    deps,
    requestTrial,
    endTrial: trialEnd(deps),
    viewUpgrade: viewUpgrade(deps),
    openUpgradeLink: openUpgradeLink(deps),
    ingestReadings: ingestReadings(deps),
    lagP95Hours: () => lag.p95Hours(),
    sweepPlans: () => plans,
    checkTemporal: async () => {
      await client.workflowService.getSystemInfo({});
    },
    metrics: new Registry(),
  });
  await http.listen({ host: HOST, port });
  stops.add(() => http.close());
  const outbox = startOutbox(deps, client, lag);
  stops.add(() => outbox.stop());
  const inbox = startInbox(deps, requestTrial);
  stops.add(() => inbox.stop());
  const quiet = await listen(store, ['headroom_outbox', 'headroom_inbox'], (channel) =>
    (channel === 'headroom_outbox' ? outbox : inbox).poke(),
  );
  stops.add(quiet);
  await keepSchedules(deps, client, plans);
}
