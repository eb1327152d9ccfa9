import { Command } from 'commander';
import type { z } from 'zod';
import { accountItem } from '../../server/http/api/schemas.ts';
import { rows } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { readList, tellOfMore } from '../list.ts';
import { type Column, printTable } from '../output/table.ts';
import { count, money, percent } from '../output/values.ts';

type Account = z.infer<typeof accountItem>;

const COLUMNS: Column<Account>[] = [
  { head: 'Account', of: ({ id }) => id },
  { head: 'Name', of: ({ name, test }) => (test ? `${name} (our own)` : name) },
  { head: 'Segment', of: ({ segment }) => segment },
  { head: 'Plans', of: plansOf },
  { head: 'Per month', of: mrrOf, align: 'right' },
  { head: 'Fullest', of: fullestOf },
];

export function accountsCommand(cli: Cli): Command {
  return hubOptions(new Command('accounts'))
    .description('list accounts with their plans and the metric that is nearest to its limit')
    .option('--search <text>', 'part of the name or id')
    .option('--limit <n>', 'how many', rows, 50)
    .addHelpText('after', '\nExample:\n  $ headroom accounts --search acme')
    .action(async ({ search, limit, data, json }: HubOptions & { search?: string; limit: number }) => {
      const list = await readList(connectHub(cli, { data }), '/accounts', accountItem, { search, limit });
      if (json) cli.out(JSON.stringify(list.items, null, 2));
      else printTable(cli, list.items, COLUMNS, 'There are no such accounts.');
      tellOfMore(cli, list);
    });
}

function plansOf({ subscriptions }: Account): string | null {
  const paid = subscriptions.filter(({ plan }) => plan !== null);
  return paid.length === 0 ? null : paid.map(({ product, plan }) => `${product} ${plan}`).join(', ');
}

function mrrOf({ subscriptions }: Account): string | null {
  const [first] = subscriptions;
  return first
    ? money(
        subscriptions.reduce((sum, { mrrCents }) => sum + mrrCents, 0),
        first.currency,
      )
    : null;
}

function fullestOf({ meters }: Account): string | null {
  const measured = meters.filter(({ utilization }) => utilization !== null);
  const [fullest] = measured.sort((a, b) => (b.utilization ?? 0) - (a.utilization ?? 0));
  if (!fullest) return null;
  const { metric, utilization, used, limit } = fullest;
  return `${metric} ${percent(utilization)} (${count(used)} of ${limit === null ? 'any' : count(limit)})`;
}
