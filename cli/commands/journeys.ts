import { Command, Option } from 'commander';
import type { z } from 'zod';
import { journey } from '../../server/http/api/schemas.ts';
import { explainReason } from '../../server/http/words.ts';
import { rows } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { readList, tellOfMore } from '../list.ts';
import { type Column, printTable } from '../output/table.ts';
import { time } from '../output/values.ts';

type Options = HubOptions & { account?: string; status?: string; limit: number };

const COLUMNS: Column<z.infer<typeof journey>>[] = [
  { head: 'Started (UTC)', of: ({ startedAt }) => time(startedAt) },
  { head: 'Account', of: ({ account }) => account },
  { head: 'Product', of: ({ product }) => product },
  { head: 'Play', of: ({ play }) => play },
  { head: 'State', of: ({ status }) => status.replaceAll('_', ' ') },
  { head: 'Ended (UTC)', of: ({ endedAt }) => time(endedAt) },
  { head: 'Reason', of: ({ reason }) => reason && explainReason(reason) },
];

export function journeysCommand(cli: Cli): Command {
  return hubOptions(new Command('journeys'))
    .description('list journeys, newest first')
    .option('--account <id>', 'of one account')
    .addOption(
      new Option('--status <status>', 'in one state').choices([
        'running',
        'upgraded',
        'not_upgraded',
        'suppressed',
        'withdrawn',
      ]),
    )
    .option('--limit <n>', 'how many', rows, 50)
    .addHelpText('after', '\nExample:\n  $ headroom journeys --status running')
    .action(async ({ account, status, limit, data, json }: Options) => {
      const list = await readList(connectHub(cli, { data }), '/journeys', journey, { account, status, limit });
      if (json) cli.out(JSON.stringify(list.items, null, 2));
      else printTable(cli, list.items, COLUMNS, 'There are no such journeys.');
      tellOfMore(cli, list);
    });
}
