import { Client, Connection } from '@temporalio/client';
import { Registry } from 'prom-client';
import { liftPauses } from '../activities/upkeep/check-credentials.ts';
import type { LoadedConfig } from '../config/load.ts';
import { inTransaction, type KeyRing, listen, readKeyRing, reportNumbers } from '../store/index.ts';
import { loadFolder } from './configs.ts';
import { type Core, openCore } from './core.ts';
import { startHealth } from './dispatch/health.ts';
import { startInbox } from './dispatch/inbox.ts';
import { startOutbox } from './dispatch/outbox.ts';
import { freePort } from './embedded/ports.ts';
import { makeHttpServer } from './http/app.ts';
import type { HttpContext, SweepPlan } from './http/context.ts';
import { localUrl } from './hub-address.ts';
import { admitCommandLine } from './local-token.ts';
import { makeLog, recentLines, serverLogs } from './log.ts';
import type { Running, UpOptions } from './options.ts';
import { ingestReadings } from './ports/ingest.ts';
import { trialDoor, trialEnd } from './ports/trials.ts';
import { openUpgradeLink, viewUpgrade } from './ports/upgrades.ts';
import { keepSchedules, planSweeps, warnOfStretched } from './schedules.ts';
import { Stops } from './stops.ts';
import { codecDoor } from './temporal/codec-door.ts';
import { sealedConverter } from './temporal/converter.ts';
import { findKeyUse } from './temporal/key-uses.ts';
import { startWorker, type Work } from './worker.ts';

/** Where the parts of a hub run, and which of them in this process. */
export interface Place {
  databaseUrl: string;
  temporalAddress: string;
  namespace: string;
  /** `schedules`: Temporal is told to sweep every connection as often as config asks. */
  parts: ('server' | 'worker' | 'schedules')[];
  /** The config folder, where it was read already. */
  loaded?: LoadedConfig;
  /** Runs that the worker keeps in memory; the rest are replayed when they go on. */
  cachedWorkflows?: number;
  /** For whom payloads are opened, besides whoever HEADROOM_CODEC_ORIGIN names. */
  codec?: { origins: string[]; secret: string };
  /** What the worker runs; absent: the hub's own workflows and activities. */
  work?: Work;
  /** `host`: this machine only unless told otherwise. */
  network: Pick<UpOptions, 'port' | 'publicUrl' | 'sandbox' | 'clock'> & Partial<Pick<UpOptions, 'host'>>;
}

/** Opens the store and the connections, and starts the parts of a hub on them. */
export async function serve(
  { configDir, dataDir, progress }: Pick<UpOptions, 'configDir' | 'dataDir' | 'progress'>,
  place: Place,
): Promise<Running> {
  const { port: wanted, host = '127.0.0.1', publicUrl, sandbox, clock } = place.network;
  const stops = new Stops();
  try {
    const port = wanted === 0 ? await freePort() : wanted;
    const url = localUrl(host, port);
    const source = { dir: configDir, env: process.env, sandbox };
    progress('opening the store and the connections');
    const log = makeLog(process.env.HEADROOM_LOG ?? 'warn');
    const keys = readKeyRing(dataDir, process.env.HEADROOM_DATA_KEY, ({ message }) => log.error(message));
    const core = await openCore({
      databaseUrl: place.databaseUrl,
      keys,
      config: source,
      loaded: place.loaded ?? (await loadFolder(source)),
      clock,
      publicUrl: publicUrl ?? url,
      log,
    });
    stops.add(() => core.close());
    const connection = await Connection.connect({ address: place.temporalAddress });
    stops.add(() => connection.close());
    const dataConverter = sealedConverter(keys);
    const client = new Client({ connection, namespace: place.namespace, dataConverter });
    // Without retries: one that was still waiting to try again when the hub stops would end the process.
    const probe = await Connection.connect({ address: place.temporalAddress, interceptors: [] });
    stops.add(() => probe.close());
    const checkTemporal = async () => {
      await probe.workflowService.getSystemInfo({});
    };
    const failures: Promise<never>[] = [];
    const health = startHealth(core.deps, { look: place.parts.includes('server') });
    stops.add(() => health.stop());
    if (place.parts.includes('worker')) {
      progress('starting the worker');
      const worker = await startWorker(core.deps, { ...place, dataConverter });
      stops.add(() => worker.stop());
      failures.push(worker.failed);
      // Whoever renews a key in the environment or the config starts the hub again: it need not wait for the next check.
      const checked = liftPauses(core.deps).catch((error: unknown) =>
        log.warn({ err: error }, 'credentials not checked'),
      );
      stops.add(async () => void (await checked));
    }
    if (place.parts.includes('server')) {
      progress('starting the server');
      const plans = await startServer(
        core,
        client,
        {
          keys,
          codec: codecDoor(keys, place.codec),
          recentLogs: () => ({ hub: recentLines(), ...serverLogs(dataDir) }),
          keepsSchedules: place.parts.includes('schedules'),
        },
        checkTemporal,
        { host, port },
        stops,
      );
      if (place.parts.includes('schedules')) await keepSchedules(core.deps, client, plans);
      stops.add(await admitCommandLine(core.deps, dataDir, url));
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

/** The HTTP server and the dispatchers. @returns how often each connection should be swept */
async function startServer(
  { deps, store, lag }: Core,
  client: Client,
  own: Pick<HttpContext, 'codec' | 'recentLogs'> & { keys: KeyRing; keepsSchedules: boolean },
  checkTemporal: () => Promise<void>,
  address: { host: string; port: number },
  stops: Stops,
): Promise<SweepPlan[]> {
  const requestTrial = trialDoor(deps, (name) => process.env[name]);
  const numbers = await inTransaction(store, (tx) => reportNumbers(tx));
  const plans = planSweeps(deps, Math.max(numbers.accounts, 1));
  warnOfStretched(deps, plans);
  const http = await makeHttpServer({
    deps,
    requestTrial,
    endTrial: trialEnd(deps),
    viewUpgrade: viewUpgrade(deps),
    openUpgradeLink: openUpgradeLink(deps),
    ingestReadings: ingestReadings(deps),
    keys: {
      ring: own.keys,
      // What they start their runs with was sealed when they were made.
      rotated: async () => (own.keepsSchedules ? await keepSchedules(deps, client, plans) : undefined),
      useInTemporal: (id) => findKeyUse(client, id),
    },
    codec: own.codec,
    recentLogs: own.recentLogs,
    lagP95Hours: () => lag.p95Hours(),
    sweepPlans: () => plans,
    checkTemporal,
    metrics: new Registry(),
  });
  await http.listen(address);
  stops.add(() => http.close());
  const outbox = startOutbox(deps, client, lag);
  stops.add(() => outbox.stop());
  const inbox = startInbox(deps, requestTrial);
  stops.add(() => inbox.stop());
  const quiet = await listen(store, ['headroom_outbox', 'headroom_inbox'], (channel) =>
    (channel === 'headroom_outbox' ? outbox : inbox).poke(),
  );
  stops.add(quiet);
  return plans;
}
