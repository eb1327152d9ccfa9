import { Command } from 'commander';
import { createColors } from 'picocolors';
import { type WhyEntry, whyAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { type Moment, momentOf, withoutEchoes } from '../output/story.ts';
import { time } from '../output/values.ts';

export function whyCommand(cli: Cli): Command {
  return hubOptions(new Command('why'))
    .description('tell why an account got what it got, and why not, in the order of time')
    .argument('<account>', 'its id')
    .option('--trigger <name>', 'only what belongs to this trigger')
    .addHelpText('after', '\nExample:\n  $ headroom why acct-0042 --trigger usage_80')
    .action(async (account: string, { trigger, data, json }: HubOptions & { trigger?: string }) => {
      const route = `/accounts/${encodeURIComponent(account)}/why`;
      const story = await connectHub(cli, { data }).get(route, whyAnswer, { trigger });
      if (json) cli.out(JSON.stringify(story, null, 2));
      else tell(cli, story.account, story.entries, trigger);
    });
}

function tell(cli: Cli, account: { id: string; name: string }, entries: WhyEntry[], trigger: string | undefined): void {
  const paint = createColors(cli.color.out);
  cli.out(`${paint.bold(account.name)} (${account.id}), times in UTC`);
  if (entries.length === 0) {
    const about = trigger === undefined ? '' : ` of ${trigger}`;
    cli.out(`Nothing${about} has come true for it, and nothing nearly did.`);
  }
  const colors: Record<Moment['mood'], (text: string) => string> = {
    came_true: paint.cyan,
    done: paint.green,
    waits: paint.yellow,
    not_done: paint.dim,
  };
  for (const entry of withoutEchoes(entries)) {
    const { mood, what, details } = momentOf(entry);
    cli.out(`\n${time(entry.at)}  ${colors[mood](what)}`);
    for (const detail of details) cli.out(`${' '.repeat(18)}${detail}`);
  }
}
