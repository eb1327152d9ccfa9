import { Command } from 'commander';
import { createColors } from 'picocolors';
import type { z } from 'zod';
import type { parked } from '../../server/http/api/schemas.ts';
import { inboxAnswer, inboxEvent, inboxRepairs } from '../answers.ts';
import { wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { badInput } from '../errors.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { printFields } from '../output/fields.ts';
import { type Column, printTable } from '../output/table.ts';
import { count, time } from '../output/values.ts';

type Parked = z.infer<typeof parked>;
type Filter = { source?: string; type?: string };
type RepairOptions = HubOptions & Filter & { reason: string; yes?: true };

const COLUMNS: Column<Parked>[] = [
  { head: 'Event', of: ({ id }) => id, align: 'right' },
  { head: 'Received (UTC)', of: ({ receivedAt }) => time(receivedAt) },
  { head: 'Connection', of: ({ source }) => source },
  { head: 'Type', of: ({ type }) => type },
  { head: 'Object', of: ({ object }) => object },
  { head: 'Behind it', of: ({ behind }) => count(behind), align: 'right' },
  { head: 'Error', of: ({ error }) => error },
];

export function inboxCommand(cli: Cli): Command {
  return new Command('inbox')
    .description('look at vendor events that could not be handled, and let them go on')
    .addHelpText('after', '\nExample:\n  $ headroom inbox list')
    .addCommand(listCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(
      repairCommand(cli, 'replay', 'handle parked events again, when their cause is mended', 'customer is back'),
    )
    .addCommand(
      repairCommand(cli, 'skip', 'pass over parked events: later ones of their object go on', 'a test event'),
    );
}

function filterOptions(command: Command): Command {
  return hubOptions(command)
    .option('--source <connection>', 'of one connection')
    .option('--type <type>', "of one of the vendor's types");
}

function listCommand(cli: Cli): Command {
  return filterOptions(new Command('list'))
    .description('show parked events: each holds up later ones of its object')
    .addHelpText('after', '\nExample:\n  $ headroom inbox list --source billing')
    .action(async ({ data, json, source, type }: HubOptions & Filter) => {
      const { items } = await connectHub(cli, { data }).get('/inbox', inboxAnswer, { source, type });
      if (json) return cli.out(JSON.stringify(items, null, 2));
      printTable(cli, items, COLUMNS, 'Nothing is parked.');
      if (items.length > 0) cli.err('Mend the cause, then: headroom inbox replay EVENT --reason "what you did"');
    });
}

function showCommand(cli: Cli): Command {
  return hubOptions(new Command('show'))
    .description('one event: what came, what went wrong, who did what about it')
    .argument('<event>', 'from headroom inbox list', wholeNumber)
    .addHelpText('after', '\nExample:\n  $ headroom inbox show 1042')
    .action(async (id: number, { data, json }: HubOptions) => {
      const shown = await connectHub(cli, { data }).get(`/inbox/${id}`, inboxEvent);
      if (json) return cli.out(JSON.stringify(shown, null, 2));
      const { event, audit } = shown;
      cli.out(
        createColors(cli.color.out).bold(
          `${event.type} of ${event.source}: ${event.skipped ? 'skipped' : event.state}`,
        ),
      );
      const fields: [string, string | null][] = [
        ['object', event.object],
        ["vendor's id", event.eventId],
        ['happened', event.occurredAt && `${time(event.occurredAt)} UTC`],
        ['received', `${time(event.receivedAt)} UTC`],
        ['tried', `${count(event.attempts)} times`],
        ['error', event.error],
        ['skipped', event.skipped],
        ['body', JSON.stringify(event.body)],
        ...audit.map((entry): [string, string] => [time(entry.at) ?? '', `${entry.actor}: ${entry.action}`]),
      ];
      printFields(
        cli,
        fields.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]])),
      );
    });
}

/** Shows what would be done; `--yes` does it. */
function repairCommand(cli: Cli, action: 'replay' | 'skip', description: string, because: string): Command {
  return filterOptions(new Command(action))
    .description(description)
    .argument('[events...]', 'from headroom inbox list; none: the parked ones that the options name')
    .requiredOption('--reason <text>', 'what was mended, or why: it is kept')
    .option('--yes', 'do it, instead of showing what would be done')
    .addHelpText('after', `\nExample:\n  $ headroom inbox ${action} 1042 --reason "${because}" --yes`)
    .action(async (events: string[], { data, json, source, type, reason, yes }: RepairOptions) => {
      const ids = events.map(wholeNumber);
      const filter = { ...(source === undefined ? {} : { source }), ...(type === undefined ? {} : { type }) };
      if (ids.length > 0 === Object.keys(filter).length > 0)
        throw badInput('either events or a filter is needed', 'Name the events, or use --source or --type.');
      const which = ids.length > 0 ? { ids } : { filter };
      const body = { action, ...which, reason, dryRun: !yes };
      const answer = await connectHub(cli, { data }).post('/inbox/repair', inboxRepairs, body);
      if (json) return cli.out(JSON.stringify(answer, null, 2));
      const columns: Column<(typeof answer.items)[number]>[] = [
        ...COLUMNS.map(({ of, ...column }) => ({
          ...column,
          of: (row: (typeof answer.items)[number]) => of(row.event),
        })),
        { head: 'Then', of: ({ sentence }) => sentence },
      ];
      printTable(cli, answer.items, columns, 'There are no such parked events.');
      const some = answer.items.filter(({ does }) => does !== 'no').length;
      if (yes) cli.err(`${count(some)} done.`);
      else if (some > 0) cli.err('Nothing was done. The same with --yes does it.');
      if (answer.more) cli.err(`These are the oldest ${answer.items.length}; there are more.`);
    });
}
