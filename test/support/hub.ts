import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { twins } from '../../sandbox/twins.ts';
import { openDataDir, removeDataDir } from '../../server/embedded/data-dir.ts';
import { readHubAddress } from '../../server/hub-address.ts';
import type { Running, SandboxFile } from '../../server/options.ts';
import { type Place, serve } from '../../server/serve.ts';
import { Stops } from '../../server/stops.ts';
import { sealedConverter } from '../../server/temporal/converter.ts';
import { openStore, readKeyRing, type Store } from '../../store/index.ts';
import { freshDatabase } from './database.ts';
import { freshNamespace } from './namespace.ts';
import { tempDataDir } from './temp-data-dir.ts';
import { type ExampleConfig, writeTestConfig } from './test-config.ts';
import { EPOCH, writeTestWorld } from './test-world.ts';
import './temporal-setup.ts';

/** A day takes six seconds: a message must leave in the few hours for which it was decided, on a busy machine too. */
const SCALE = 14_400;

export interface TestHubOptions {
  /** Business milliseconds per wire millisecond; 14,400 unless told otherwise. */
  scale?: number;
  /** Plans by account and product. */
  accounts: Record<string, Record<string, string>>;
  config?: (config: ExampleConfig) => void;
  cachedWorkflows?: number;
  /** File that gets each exchange between the hub and its vendors. */
  record?: string;
  /** False: whoever should do the work is started by the test, in processes that it can kill. */
  worker?: boolean;
}

/**
 * A whole hub in this process, wired as in production, on a database and a Temporal namespace of its own, with every
 * vendor simulated. Nobody acts and nothing is swept by itself: a test says when.
 */
export interface TestHub {
  client: Client;
  /** A second handle, for what only the store can tell. */
  store: Store;
  sandbox: Sandbox;
  clock: BusinessClock;
  now: () => string;
  /** What other processes need to take part. */
  place: Omit<Place, 'parts'> & { configDir: string; dataDir: string };
  usageFile: string;
  url: string;
  token: string;
  stop: () => Promise<void>;
}

export async function startTestHub(options: TestHubOptions): Promise<TestHub> {
  const dataDir = tempDataDir();
  const [configDir, usageFile] = [path.join(dataDir, 'config'), path.join(dataDir, 'readings.ndjson')];
  const stops = new Stops();
  stops.add(() => removeDataDir(dataDir));
  try {
    openDataDir(dataDir);
    fs.writeFileSync(usageFile, '');
    writeTestConfig(configDir, usageFile, options.config ?? (() => {}));
    const [database, temporal] = await Promise.all([freshDatabase(), freshNamespace(inject('temporalAddress'))]);
    stops.add(database.drop);

    const clock = { startedAt: new Date().toISOString(), epoch: EPOCH, scale: options.scale ?? SCALE };
    const world = { usage: writeTestWorld(dataDir, options.accounts) };
    const { record } = options;
    const sandbox = await startSandbox({ world, clock, seed: 'tests', people: false, record: record ?? null }, twins);
    stops.add(() => sandbox.stop());
    const addresses = { ...sandbox.addresses, file: pathToFileURL(usageFile).toString() };
    const vendors: SandboxFile = { addresses, secrets: sandbox.secrets, clock };
    const place = {
      databaseUrl: database.url,
      ...temporal,
      network: { port: 0, publicUrl: null, sandbox: vendors, clock },
      ...(options.cachedWorkflows === undefined ? {} : { cachedWorkflows: options.cachedWorkflows }),
    };
    const hub: Running = await serve(
      { configDir, dataDir, progress: () => {} },
      { ...place, parts: options.worker === false ? ['server'] : ['server', 'worker'] },
    );
    stops.add(() => hub.stop());
    const address = readHubAddress(dataDir);
    if (!address) throw new Error('the hub left no address');
    sandbox.frame.setHub(address.url);

    const connection = await Connection.connect({ address: temporal.temporalAddress });
    stops.add(() => connection.close());
    const keys = readKeyRing(dataDir, process.env.HEADROOM_DATA_KEY);
    const store = await openStore(database.url, {
      tenant: 'Tidewater Analytics',
      keys,
      maxConnections: 4,
    });
    stops.add(() => store.close());
    return {
      client: new Client({ connection, namespace: temporal.namespace, dataConverter: sealedConverter(keys) }),
      store,
      sandbox,
      clock,
      now: () => businessNow(clock, Date.now()),
      place: { ...place, configDir, dataDir },
      usageFile,
      ...address,
      stop: () => stops.run(),
    };
  } catch (error) {
    await stops.run();
    throw error;
  }
}
