import { Command, Option } from 'commander';
import type { z } from 'zod';
import { effect } from '../../server/http/api/schemas.ts';
import { explainReason } from '../../server/http/words.ts';
import { rows } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { readList, tellOfMore } from '../list.ts';
import { nounOf } from '../output/story.ts';
import { type Column, printTable } from '../output/table.ts';
import { time } from '../output/values.ts';

type Effect = z.infer<typeof effect>;
type ListOptions = HubOptions & { unclear?: true; phase?: string; account?: string; limit: number };
type SettleOptions = HubOptions & { outcome: 'confirmed' | 'refused'; note: string };

const PHASES = ['claimed', 'sending', 'confirmed', 'refused', 'withdrawn', 'unclear'];
const COLUMNS: Column<Effect>[] = [
  { head: 'Claimed (UTC)', of: ({ claimedAt }) => time(claimedAt) },
  { head: 'Account', of: ({ account }) => account },
  { head: 'What', of: ({ operation, channel }) => nounOf(operation, channel) },
  { head: 'To', of: ({ person }) => person },
  { head: 'Connection', of: ({ connection }) => connection },
  { head: 'Phase', of: ({ phase }) => phase },
  { head: 'Reason', of: ({ reason }) => reason && explainReason(reason) },
];
const KEY: Column<Effect> = { head: 'Key', of: ({ key }) => key };

export function effectsCommand(cli: Cli): Command {
  return hubOptions(new Command('effects'))
    .description('list outward changes, newest first, or settle one that nothing could tell about')
    .option('--unclear', 'only those that may have happened: look at the vendor, then settle them')
    .addOption(new Option('--phase <phase>', 'in one phase').choices(PHASES).conflicts('unclear'))
    .option('--account <id>', 'of one account')
    .option('--limit <n>', 'how many', rows, 50)
    .addHelpText('after', '\nExample:\n  $ headroom effects --unclear')
    .action(async ({ unclear, phase, account, limit, data, json }: ListOptions) => {
      const query = { phase: unclear ? 'unclear' : phase, account, limit };
      const list = await readList(connectHub(cli, { data }), '/effects', effect, query);
      const settling = query.phase === 'unclear';
      if (json) cli.out(JSON.stringify(list.items, null, 2));
      else {
        printTable(
          cli,
          list.items,
          settling ? [...COLUMNS, KEY] : COLUMNS,
          settling ? 'Nothing is unclear.' : 'There are no such effects.',
        );
        if (settling && list.items.length > 0) {
          cli.err(
            'Look at the vendor, then: headroom effects settle KEY --outcome confirmed|refused --note "what you saw"',
          );
        }
      }
      tellOfMore(cli, list);
    })
    .addCommand(settleCommand(cli));
}

function settleCommand(cli: Cli): Command {
  return hubOptions(new Command('settle'))
    .description('say what became of an unclear effect')
    .argument('<key>', 'from the last column of headroom effects --unclear')
    .addOption(
      new Option('--outcome <outcome>', 'it happened, or it did not')
        .choices(['confirmed', 'refused'])
        .makeOptionMandatory(),
    )
    .requiredOption('--note <text>', 'what was seen, and where')
    .addHelpText(
      'after',
      '\nExample:\n  $ headroom effects settle "te_1:mail:message.send:p_1:1" --outcome confirmed --note "is in their inbox"',
    )
    .action(async (key: string, { outcome, note, data, json }: SettleOptions) => {
      const route = `/effects/${encodeURIComponent(key)}/settle`;
      const settled = await connectHub(cli, { data }).post(route, effect, { outcome, note });
      cli.out(
        json
          ? JSON.stringify(settled, null, 2)
          : `${nounOf(settled.operation, settled.channel)} for ${settled.account}: ${settled.phase}.`,
      );
    });
}
