import type { Logger } from 'pino';
import type { LoadedConfig } from '../config/load.ts';
import type { BusinessClock } from '../domain/clock.ts';
import type { Iso } from '../domain/model.ts';
import type { Store } from '../store/index.ts';
import type { Connections } from './connections.ts';
import type { CallTally } from './health/tally.ts';

export interface Configs {
  /** The applied config: guardrails, modes, routing and connections are read here at each claim. */
  current: () => LoadedConfig;
  /** The version a journey started with: its steps and templates stay to the end of its play. */
  at: (hash: string) => Promise<LoadedConfig>;
}

/** What activities and dispatchers work with. Made once a process. */
export interface Deps {
  store: Store;
  clock: BusinessClock;
  configs: Configs;
  connections: Connections;
  /** Where customers and our own people reach us: tracked links, actions, unsubscribe. */
  publicUrl: string;
  /** How calls to vendors go. */
  calls: CallTally;
  /** Wire time since which this process holds calls of a connection back, because nobody answers; null: it does not. */
  heldBackSince: (connection: string) => number | null;
  log: Logger;
  /** Keeps how late work began: business time between the moment it was due and now. */
  lag: { observe: (kind: 'sweep' | 'timer' | 'outbox' | 'inbox', due: Iso, now: Iso) => void };
  /** Business time. */
  now: () => Iso;
  /** Milliseconds since 1970, never scaled. */
  wireNow: () => number;
}
