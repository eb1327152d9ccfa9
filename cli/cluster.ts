import path from 'node:path';
import type { Command } from 'commander';
import { defaultDataDir } from '../server/embedded/data-dir.ts';
import type { WorkerOptions } from '../server/options.ts';
import type { Cli } from './cli.ts';
import { findConfigFolder } from './config-folder.ts';
import { badInput } from './errors.ts';

export interface ClusterOptions {
  config?: string;
  data?: string;
  json?: true;
}

/** What the parts that run apart have in common. */
export function clusterOptions(command: Command): Command {
  return command
    .option('--config <dir>', 'config folder (default: ./config)')
    .option('--data <dir>', 'directory for keys (default: HEADROOM_DATA, else ~/.local/share/headroom)')
    .option('--json', 'print addresses as JSON');
}

export const CLUSTER_HINT =
  'PostgreSQL at DATABASE_URL and Temporal at TEMPORAL_ADDRESS must answer; HEADROOM_DEBUG=1 shows where this comes from.';

/** @throws CliError when DATABASE_URL or TEMPORAL_ADDRESS is not set or cannot be meant */
export function readCluster(cli: Cli, options: ClusterOptions): Omit<WorkerOptions, 'progress' | 'publicUrl'> {
  const databaseUrl = cli.env.DATABASE_URL ?? '';
  const temporalAddress = cli.env.TEMPORAL_ADDRESS ?? '';
  if (!/^postgres(ql)?:\/\/./.test(databaseUrl)) {
    throw badInput(
      databaseUrl ? 'DATABASE_URL is not the address of a PostgreSQL' : 'DATABASE_URL is not set',
      'Set it to your PostgreSQL (15 or newer), such as postgres://headroom:…@db:5432/headroom; `headroom up` needs none.',
    );
  }
  if (!/^[^\s/:]+:\d+$/.test(temporalAddress)) {
    throw badInput(
      temporalAddress ? `TEMPORAL_ADDRESS is not host:port: ${temporalAddress}` : 'TEMPORAL_ADDRESS is not set',
      'Set it to your Temporal cluster, such as temporal:7233; `headroom up` brings its own.',
    );
  }
  const configDir = findConfigFolder(options.config, cli.cwd);
  const dataDir = options.data === undefined ? defaultDataDir(cli.env) : path.resolve(cli.cwd, options.data);
  return { configDir, dataDir, databaseUrl, temporalAddress };
}
