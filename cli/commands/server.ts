import { Command } from 'commander';
import { httpUrl, port } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { CLUSTER_HINT, type ClusterOptions, clusterOptions, readCluster } from '../cluster.ts';
import { stayInForeground } from '../foreground.ts';
import { DEFAULT_PORT } from './up.ts';

export function serverCommand(cli: Cli): Command {
  return clusterOptions(new Command('server'))
    .description('run the HTTP server alone, on DATABASE_URL and TEMPORAL_ADDRESS')
    .option('--port <n>', 'port of the HTTP server; 0 takes any free one', port, DEFAULT_PORT)
    .option('--public-url <url>', 'where customers and vendors reach this server', httpUrl)
    .addHelpText(
      'after',
      '\nExample:\n  $ DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 headroom server --config our-config',
    )
    .action(async (options: ClusterOptions & { port: number; publicUrl?: string }) => {
      const cluster = readCluster(cli, options);
      await stayInForeground(cli, {
        name: 'server',
        json: options.json ?? false,
        hint: CLUSTER_HINT,
        start: (progress) =>
          cli.launch.server({ ...cluster, port: options.port, publicUrl: options.publicUrl ?? null, progress }),
      });
    });
}
