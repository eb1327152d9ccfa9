/** What the command line starts the hub and the demo with. */
import type { BusinessClock } from '../domain/clock.ts';
import type { SandboxAddresses } from './open-connections.ts';

/** What `headroom sandbox --write FILE` leaves for `headroom up --sandbox FILE`. */
export interface SandboxFile extends SandboxAddresses {
  /** The sandbox's clock: the hub must live on the same one. */
  clock: BusinessClock;
}

interface HubOptions {
  /** A folder with a headroom.yaml; what is wrong in it is thrown as ConfigFolderError. */
  configDir: string;
  dataDir: string;
  /** What is being waited for, for a person's eyes. */
  progress: (step: string) => void;
}

export interface UpOptions extends HubOptions {
  /** 0: any free one. */
  port: number;
  /** The IP address to listen on; `0.0.0.0` and `::`: every one of this machine. */
  host: string;
  /** Where customers reach the hub; null: the address it listens on. */
  publicUrl: string | null;
  /** Every connection goes to the simulators. */
  sandbox: SandboxFile | null;
  /** Null: real time. Counts only for a data directory that has no clock yet. */
  clock: BusinessClock | null;
}

interface ClusterOptions extends HubOptions {
  databaseUrl: string;
  temporalAddress: string;
}
export type ServerOptions = ClusterOptions & Pick<UpOptions, 'port' | 'host' | 'publicUrl'>;
export type WorkerOptions = ClusterOptions & Pick<UpOptions, 'publicUrl'>;

/** Something that runs until it is stopped. */
export interface Running {
  /** What answers where, for people. */
  addresses: { name: string; url: string }[];
  /** Resolves after `stop`; rejects when it can go on no longer. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}

export interface DemoOptions {
  days: number | null;
  chaos: boolean;
  /** Files to write. */
  json: string | null;
  record: string | null;
  /** Leave everything running at the end. */
  keep: boolean;
  /** Files of a world; null: the demo's own. */
  world: { usage: string; truth: string | null } | null;
  /** Null: the first example's. */
  configDir: string | null;
  seed: number | null;
}
