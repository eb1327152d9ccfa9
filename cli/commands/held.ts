import { Command } from 'commander';
import type { z } from 'zod';
import type { heldBatch } from '../../server/http/api/schemas.ts';
import { heldAnswer, releasedAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { type Column, printTable } from '../output/table.ts';
import { count, time } from '../output/values.ts';

const COLUMNS: Column<z.infer<typeof heldBatch>>[] = [
  { head: 'Batch', of: ({ id }) => id },
  { head: 'Connection', of: ({ connection }) => connection },
  { head: 'At (UTC)', of: ({ at }) => time(at) },
  { head: 'Came true', of: ({ trips }) => count(trips), align: 'right' },
  { head: 'Usual', of: ({ median }) => count(median), align: 'right' },
];

export function heldCommand(cli: Cli): Command {
  const list = hubOptions(new Command('list'))
    .description('show sweeps in which unusually many triggers came true')
    .addHelpText('after', '\nExample:\n  $ headroom held list')
    .action(async ({ data, json }: HubOptions) => {
      const { items } = await connectHub(cli, { data }).get('/held', heldAnswer);
      if (json) cli.out(JSON.stringify(items, null, 2));
      else printTable(cli, items, COLUMNS, 'Nothing is held.');
    });
  const release = hubOptions(new Command('release'))
    .description('let the events of a batch go: their plays run now')
    .argument('<batch>', 'from headroom held list')
    .addHelpText('after', '\nExample:\n  $ headroom held release product_usage-2026-03-14')
    .action(async (batch: string, { data, json }: HubOptions) => {
      const released = await connectHub(cli, { data }).post(
        `/held/${encodeURIComponent(batch)}/release`,
        releasedAnswer,
        {},
      );
      cli.out(
        json
          ? JSON.stringify(released)
          : `${count(released.events)} ${released.events === 1 ? 'event goes' : 'events go'} on.`,
      );
    });
  return new Command('held')
    .description('look at what was held back because it was unusually much, and let it go')
    .addHelpText('after', '\nExample:\n  $ headroom held list')
    .addCommand(list)
    .addCommand(release);
}
