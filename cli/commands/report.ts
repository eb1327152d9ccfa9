import { Command } from 'commander';
import { createColors } from 'picocolors';
import { explainReason } from '../../server/http/words.ts';
import { type Report, reportAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { printFields } from '../output/fields.ts';
import { type Column, printTable } from '../output/table.ts';
import { amount, count, counts } from '../output/values.ts';

type Row = { account: string; product: string; acvCents: number; reason: string } & Partial<
  Report['attribution']['credits'][number]
>;

const COLUMNS: Column<Row>[] = [
  { head: 'Account', of: ({ account }) => account },
  { head: 'Product', of: ({ product }) => product },
  { head: 'A year', of: ({ acvCents }) => amount(acvCents), align: 'right' },
  { head: 'Credit to', of: ({ trigger }) => trigger ?? 'nobody' },
  { head: 'Touches', of: ({ touches }) => touches ?? null, align: 'right' },
  { head: 'Account manager', of: ({ accountManager }) => accountManager ?? null },
  { head: 'Why', of: ({ reason }) => explainReason(reason) },
];

export function reportCommand(cli: Cli): Command {
  return hubOptions(new Command('report'))
    .description('show what came of it all: triggers, touches, trials, upgrades and who gets the credit')
    .addHelpText('after', '\nExample:\n  $ headroom report --json > report.json')
    .action(async ({ data, json }: HubOptions) => {
      const report = await connectHub(cli, { data }).get('/report', reportAnswer);
      if (json) return cli.out(JSON.stringify(report, null, 2));
      const paint = createColors(cli.color.out);
      cli.out(paint.bold(`${count(report.accounts)} accounts`));
      printFields(cli, fieldsOf(report));
      cli.out('');
      const { credits, unattributed } = report.attribution;
      printTable<Row>(cli, [...credits, ...unattributed], COLUMNS, 'Nobody has upgraded yet.');
      cli.out(paint.bold(`Expansion: ${amount(report.expansionAcvCents)} a year`));
    });
}

function fieldsOf({
  triggerEvents,
  touches,
  confirmedByOperation,
  trials,
  effects,
  journeys,
  upgrades,
  contractions,
}: Report): [string, string][] {
  const suppressed = Object.entries(touches.suppressedByReason).sort(([, a], [, b]) => b - a);
  return [
    ['trigger events', counts(triggerEvents.byTrigger)],
    ['became', counts(triggerEvents.byStatus)],
    ['journeys', counts(journeys)],
    ['touches', `${counts(touches.byChannel)} (${count(touches.confirmed)} confirmed)`],
    ...suppressed.map(([reason, n]): [string, string] => ['not sent', `${count(n)} × ${explainReason(reason)}`]),
    ['done', counts(confirmedByOperation)],
    ['effects', counts(effects)],
    ['trials', counts(trials)],
    ['upgrades', `${count(upgrades)}, contractions ${count(contractions)}`],
  ];
}
