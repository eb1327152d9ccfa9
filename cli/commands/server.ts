import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CLUSTER_HINT, type ClusterOptions, clusterOptions, readCluster } from '../cluster.ts';
import { stayInForeground } from '../foreground.ts';
import { type NetworkOptions, networkOptions, readNetwork } from '../network-options.ts';

export function serverCommand(cli: Cli): Command {
  return networkOptions(clusterOptions(new Command('server')))
    .description('run the HTTP server alone, on DATABASE_URL and TEMPORAL_ADDRESS')
    .addHelpText(
      'after',
      '\nExample:\n  $ DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 headroom server --config our-config',
    )
    .action(async (options: ClusterOptions & NetworkOptions) => {
      const cluster = readCluster(cli, options);
      const network = readNetwork(cli, options);
      await stayInForeground(cli, {
        name: 'server',
        json: options.json ?? false,
        hint: CLUSTER_HINT,
        start: (progress) => cli.launch.server({ ...cluster, ...network, progress }),
      });
    });
}
