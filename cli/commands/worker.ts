import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CLUSTER_HINT, type ClusterOptions, clusterOptions, readCluster } from '../cluster.ts';
import { stayInForeground } from '../foreground.ts';
import { publicUrlOption, readPublicUrl } from '../network-options.ts';

export function workerCommand(cli: Cli): Command {
  return publicUrlOption(clusterOptions(new Command('worker')))
    .description('run a worker alone, on DATABASE_URL and TEMPORAL_ADDRESS')
    .addHelpText(
      'after',
      '\nExample:\n  $ DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 headroom worker --config our-config',
    )
    .action(async (options: ClusterOptions & { publicUrl?: string }) => {
      const cluster = readCluster(cli, options);
      const publicUrl = readPublicUrl(cli, options);
      await stayInForeground(cli, {
        name: 'worker',
        json: options.json ?? false,
        hint: CLUSTER_HINT,
        start: (progress) => cli.launch.worker({ ...cluster, publicUrl, progress }),
      });
    });
}
