import { Command } from 'commander';
import type { z } from 'zod';
import { effectRepairs } from '../../answers.ts';
import type { Cli } from '../../cli.ts';
import { badInput } from '../../errors.ts';
import { connectHub } from '../../hub.ts';
import { type HubOptions, hubOptions } from '../../hub-options.ts';
import { nounOf } from '../../output/story.ts';
import { type Column, printTable } from '../../output/table.ts';
import { count, time } from '../../output/values.ts';
import { type EffectFilterOptions, filterOf, filterOptions } from './filter.ts';

type Repair = z.infer<typeof effectRepairs>['items'][number];
type Options = HubOptions & EffectFilterOptions & { note: string; yes?: true; didNotArrive?: true };

const COLUMNS: Column<Repair>[] = [
  { head: 'Claimed (UTC)', of: ({ effect }) => time(effect.claimedAt) },
  { head: 'Account', of: ({ effect }) => effect.account },
  { head: 'What', of: ({ effect }) => nounOf(effect.operation, effect.channel) },
  { head: 'To', of: ({ effect }) => effect.person },
  { head: 'Was', of: ({ effect }) => effect.phase },
  { head: 'Then', of: ({ does, sentence }) => (does === 'no' ? `nothing: ${sentence}` : sentence) },
  { head: 'Key', of: ({ effect }) => effect.key },
];

export function retryCommand(cli: Cli): Command {
  return repairCommand(cli, 'retry', 'retry')
    .description('take refused or unclear effects up again: judged by all guardrails anew, under the same key')
    .option('--did-not-arrive', 'of what the vendor cannot be asked about: you looked, and it is not there')
    .addHelpText(
      'after',
      '\nExample:\n  $ headroom effects retry --phase refused --connection crm --note "property is there now"\n  $ headroom effects retry KEY --did-not-arrive --note "not in the relay\'s log" --yes',
    );
}

export function confirmCommand(cli: Cli): Command {
  return repairCommand(cli, 'confirm', 'confirm')
    .description('say that unclear effects did happen')
    .addHelpText('after', '\nExample:\n  $ headroom effects confirm KEY --note "is in their inbox" --yes');
}

export function giveUpCommand(cli: Cli): Command {
  return repairCommand(cli, 'give-up', 'give_up')
    .description('say that unclear effects did not happen and need not, or take back what still waits')
    .addHelpText('after', '\nExample:\n  $ headroom effects give-up --account acct-1 --note "they left" --yes');
}

/** Shows what would be done; `--yes` does it. */
function repairCommand(cli: Cli, name: string, action: 'retry' | 'confirm' | 'give_up'): Command {
  return filterOptions(hubOptions(new Command(name)))
    .argument('[keys...]', 'as headroom effects shows them; none: those that the options name')
    .requiredOption('--note <text>', 'why, and what was seen where: it is kept')
    .option('--yes', 'do it, instead of showing what would be done')
    .action(async (keys: string[], options: Options) => {
      const { data, json, note, yes, didNotArrive } = options;
      const which = chosen(keys, filterOf(options));
      const body = { action, ...which, note, dryRun: !yes, ...(didNotArrive ? { didNotArrive } : {}) };
      const answer = await connectHub(cli, { data }).post('/effects/repair', effectRepairs, body);
      if (json) return cli.out(JSON.stringify(answer, null, 2));
      printTable(cli, answer.items, COLUMNS, 'There are no such effects.');
      const some = answer.items.filter(({ does }) => does !== 'no').length;
      if (yes) cli.err(`${count(some)} done.`);
      else if (some > 0) cli.err('Nothing was done. The same with --yes does it.');
      if (answer.more) cli.err(`These are the oldest ${answer.items.length}; there are more.`);
    });
}

function chosen(keys: string[], filter: EffectFilterOptions) {
  const named = Object.keys(filter).length > 0;
  if (keys.length > 0 && named) throw badInput('keys and a filter cannot go together', 'Use the one or the other.');
  if (keys.length > 0) return { keys };
  if (named) return { filter };
  throw badInput(
    'nothing says which effects are meant',
    'Name their keys, or use --phase, --account, --connection and so on.',
  );
}
