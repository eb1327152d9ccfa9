import { knowSecret } from '../connectors/kit/redact.ts';
import { loadFolder, requirePublicUrl } from './configs.ts';
import { openDataDir, secretOf } from './embedded/data-dir.ts';
import { lockDataDir } from './embedded/lock.ts';
import { freePort, requireListenable } from './embedded/ports.ts';
import { startPostgres } from './embedded/postgres.ts';
import { supervise } from './embedded/supervise.ts';
import { startTemporal } from './embedded/temporal.ts';
import { localUrl } from './hub-address.ts';
import type { Running, ServerOptions, UpOptions, WorkerOptions } from './options.ts';
import { type Place, serve } from './serve.ts';
import { Stops } from './stops.ts';
import type { Work } from './worker.ts';

const NAMESPACE = 'default';

/** Everything on one machine: embedded PostgreSQL and Temporal, server and worker. */
export async function runUp(options: UpOptions, work?: Work): Promise<Running> {
  const { dataDir, progress } = options;
  const stops = new Stops();
  try {
    // Before any server is started: a mistake in the folder is told at once.
    const loaded = await loadFolder({ dir: options.configDir, env: process.env, sandbox: options.sandbox });
    const held = lockDataDir(dataDir);
    stops.add(() => held.release());
    // Likewise, rather than after half a minute of starting and stopping.
    await requireListenable(options.host, options.port);
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const ui = process.env.HEADROOM_TEMPORAL_UI === '1';
    // Temporal's web UI must be told where the hub answers before the hub is there.
    const port = options.port === 0 ? await freePort() : options.port;
    const secret = ui ? secretOf(openDataDir(dataDir), 'codec') : null;
    if (secret !== null) knowSecret(secret);
    const codecEndpoint = secret === null ? null : `${localUrl(options.host, port)}/codec/${secret}`;
    progress('starting PostgreSQL and Temporal');
    const [postgres, temporal] = await Promise.all([
      startPostgres({ dataDir, log }),
      startTemporal({ dataDir, log, namespace: NAMESPACE, ui, codecEndpoint }),
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
        restart: ({ port }) => startTemporal({ dataDir, log, namespace: NAMESPACE, ui, codecEndpoint, port }),
      }),
    ];
    for (const server of watched) stops.add(() => server.stop());
    const hub = await serve(options, {
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      namespace: NAMESPACE,
      parts: ['server', 'worker', 'schedules'],
      network: { ...options, port },
      ...(secret === null ? {} : { codec: { origins: originsOf(temporal.uiAddress), secret } }),
      loaded,
      ...(work === undefined ? {} : { work }),
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

/** As a person may have typed it: each is an origin of its own to a browser. */
function originsOf(uiAddress: string | null): string[] {
  return uiAddress === null ? [] : [uiAddress, uiAddress.replace('127.0.0.1', 'localhost')];
}

/** The HTTP server and the dispatchers, on a PostgreSQL and a Temporal cluster of the company's own. */
export function runServer(options: ServerOptions): Promise<Running> {
  return runPart(options, ['server', 'schedules'], options);
}

export function runWorker(options: WorkerOptions): Promise<Running> {
  return runPart(options, ['worker'], { port: 0, host: '127.0.0.1' });
}

async function runPart(
  options: WorkerOptions,
  parts: Place['parts'],
  { port, host }: Pick<UpOptions, 'port' | 'host'>,
): Promise<Running> {
  const { publicUrl, configDir, dataDir } = options;
  // Before anything is asked of the cluster: a mistake is told at once.
  const loaded = await loadFolder({ dir: configDir, env: process.env, sandbox: null });
  requirePublicUrl(loaded.config, publicUrl);
  openDataDir(dataDir);
  const network = { port, host, publicUrl, sandbox: null, clock: null };
  return await serve(options, { ...options, namespace: NAMESPACE, parts, network, loaded });
}
