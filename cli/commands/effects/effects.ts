import { Command, Option } from 'commander';
import type { z } from 'zod';
import { effect } from '../../../server/http/api/schemas.ts';
import { explainReason } from '../../../server/http/words.ts';
import { rows } from '../../arguments.ts';
import type { Cli } from '../../cli.ts';
import { connectHub } from '../../hub.ts';
import { type HubOptions, hubOptions } from '../../hub-options.ts';
import { readList, tellOfMore } from '../../list.ts';
import { nounOf } from '../../output/story.ts';
import { type Column, printTable } from '../../output/table.ts';
import { time } from '../../output/values.ts';
import { type EffectFilterOptions, filterOf, filterOptions } from './filter.ts';
import { confirmCommand, giveUpCommand, retryCommand } from './repair.ts';
import { showCommand } from './show.ts';

type Effect = z.infer<typeof effect>;
type ListOptions = HubOptions & EffectFilterOptions & { unclear?: true; limit: number };
type SettleOptions = HubOptions & { outcome: 'confirmed' | 'refused'; note: string };

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
  return filterOptions(hubOptions(new Command('effects')))
    .description('list outward changes, newest first, and mend those that did not end well')
    .addOption(
      new Option('--unclear', 'only those that may have happened: look at the vendor, then settle them').conflicts(
        'phase',
      ),
    )
    .option('--limit <n>', 'how many', rows, 50)
    .addHelpText('after', '\nExample:\n  $ headroom effects --unclear')
    .action(async ({ unclear, limit, data, json, ...options }: ListOptions) => {
      const query = { ...filterOf(options), ...(unclear ? { phase: 'unclear' } : {}), limit };
      const list = await readList(connectHub(cli, { data }), '/effects', effect, query);
      const settling = query.phase === 'unclear' || query.phase === 'refused';
      if (json) cli.out(JSON.stringify(list.items, null, 2));
      else {
        printTable(
          cli,
          list.items,
          settling ? [...COLUMNS, KEY] : COLUMNS,
          query.phase === 'unclear' ? 'Nothing is unclear.' : 'There are no such effects.',
        );
        if (settling && list.items.length > 0) {
          cli.err(
            query.phase === 'unclear'
              ? 'headroom effects show KEY tells where to look; then confirm, retry or give-up KEY --note "what you saw"'
              : 'Mend the cause, then: headroom effects retry KEY --note "what you did"',
          );
        }
      }
      tellOfMore(cli, list);
    })
    .addCommand(showCommand(cli))
    .addCommand(retryCommand(cli))
    .addCommand(confirmCommand(cli))
    .addCommand(giveUpCommand(cli))
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
