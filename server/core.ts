import type { Logger } from 'pino';
import type { Deps } from '../activities/deps.ts';
import { CallTally } from '../activities/health/tally.ts';
import type { LoadedConfig } from '../config/load.ts';
import { secretResolver } from '../config/secrets.ts';
import type { Connector, ResolveSecret } from '../connectors/kit/connector.ts';
import { knowSecret } from '../connectors/kit/redact.ts';
import { connectors } from '../connectors/registry.ts';
import { type BusinessClock, businessNow } from '../domain/clock.ts';
import {
  fixClock,
  hasPrompt,
  inTransaction,
  type KeyRing,
  openStore,
  putPrompt,
  type Store,
  wakeWaiting,
} from '../store/index.ts';
import type { GateNews } from './budgets/gate.ts';
import { openBudgets } from './budgets/open.ts';
import { type ConfigSource, openConfigs } from './configs.ts';
import { keepEnvironmentTokens, TOKEN_VARIABLES } from './environment-tokens.ts';
import { LagMeter } from './lag.ts';
import { connectAll } from './open-connections.ts';
import { keepTokens } from './token-keeper.ts';

export interface CoreOptions {
  databaseUrl: string;
  keys: KeyRing;
  config: ConfigSource;
  /** What `loadFolder` made of it. */
  loaded: LoadedConfig;
  /** Taken for a database that has none yet; null: real time. */
  clock: BusinessClock | null;
  publicUrl: string;
  log: Logger;
  /** Absent: all of ours. */
  registry?: Record<string, Connector>;
}

export interface Core {
  deps: Deps;
  store: Store;
  lag: LagMeter;
  close: () => Promise<void>;
}

/** What server and worker have in common: store, clock, config and open connections. */
export async function openCore(options: CoreOptions): Promise<Core> {
  const { log, config: source, loaded } = options;
  const env = { ...source.env, ...source.sandbox?.secrets };
  const secret = masked(secretResolver(env, source.dir));
  for (const name of TOKEN_VARIABLES) knowSecret(env[name] ?? '');
  for (const { raw } of options.keys.all()) knowSecret(raw.toString('base64'));
  knowSecret(decodeURIComponent(new URL(options.databaseUrl).password));
  const store = await openStore(options.databaseUrl, {
    tenant: loaded.config.company.name,
    keys: options.keys,
    maxConnections: 20,
    onConnectionLost: (error) => log.warn({ err: error }, 'a connection to PostgreSQL was lost'),
  });
  try {
    await store.migrate();
    const clock = await inTransaction(store, (tx) => fixClock(tx, options.clock ?? realTime()));
    const now = () => businessNow(clock, Date.now());
    const configs = await openConfigs(store, loaded, source, { now: now(), actor: 'start' });
    const calls = new CallTally();
    const budgets = await openBudgets(store, {
      ...{ config: loaded.config, clock, now, wireNow: Date.now },
      limited: (connection) => calls.note(connection, 'limited'),
      changed: (connection, news) => tellChange({ store, clock, now, log }, connection, news),
    });
    const connections = connectAll(options.registry ?? connectors, {
      calls,
      tokensOf: (connection) => keepTokens(store, connection, { wireNow: Date.now }),
      config: loaded.config,
      clock,
      secret,
      budgets,
      prompts: {
        put: (prompt) => inTransaction(store, (tx) => putPrompt(tx, prompt, now())),
        has: (key) => inTransaction(store, (tx) => hasPrompt(tx, key)),
      },
    });
    await inTransaction(store, (tx) => keepEnvironmentTokens(tx, env, now()));
    const lag = new LagMeter();
    const deps: Deps = {
      store,
      clock,
      configs,
      connections,
      publicUrl: options.publicUrl,
      calls,
      heldBackSince: budgets.heldBackSince,
      log,
      lag,
      now,
      wireNow: Date.now,
    };
    const close = async () => {
      await budgets.close();
      await store.close();
    };
    return { deps, store, lag, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A vendor that is away is worth a line in the log; when it is back, whoever waits for it need not wait any longer. */
function tellChange(
  { store, clock, now, log }: Pick<Deps, 'store' | 'clock' | 'now' | 'log'>,
  connection: string,
  news: GateNews,
): void {
  if (news.kind === 'held_back') {
    log.warn({ connection }, `${connection} does not answer: calls are held back until it does`);
    return;
  }
  const seconds = (news.awayMs / 1_000).toFixed(1);
  log.warn({ connection }, `${connection} answers again after ${seconds} s: calls go on`);
  const pace = { now: now(), wireNow: Date.now(), everyMs: news.everyMs, scale: clock.scale };
  // Their holds end by themselves, only later.
  inTransaction(store, (tx) => wakeWaiting(tx, connection, pace)).catch((error: unknown) =>
    log.warn({ err: error, connection }, 'who waited for the connection could not be woken'),
  );
}

/** A secret is known from its first use on, before anything can be said about it. */
function masked(resolve: ResolveSecret): ResolveSecret {
  return (reference) => {
    const value = resolve(reference);
    knowSecret(value);
    return value;
  };
}

function realTime(): BusinessClock {
  const now = new Date().toISOString();
  return { startedAt: now, epoch: now, scale: 1 };
}
