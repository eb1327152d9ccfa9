import { Command } from 'commander';
import { createColors } from 'picocolors';
import { type Status, statusAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { printFields } from '../output/fields.ts';
import { type Column, printTable } from '../output/table.ts';
import { count, duration, time } from '../output/values.ts';

type Connection = Status['connections'][number];

const COLUMNS: Column<Connection>[] = [
  { head: 'Connection', of: ({ name }) => name },
  { head: 'Connector', of: ({ connector }) => connector },
  { head: 'Mode', of: ({ mode }) => mode },
  { head: 'State', of: stateOf },
  { head: 'Read every', of: everyOf },
  { head: 'Last read (UTC)', of: ({ sweep }) => time(sweep?.lastFinishedAt ?? null) },
  {
    head: 'Note',
    of: ({ vendorPause }) => vendorPause && `waits until ${time(vendorPause.until)} (real time): ${vendorPause.reason}`,
  },
];

export function statusCommand(cli: Cli): Command {
  return hubOptions(new Command('status'))
    .description('show how the hub is: clock, config, connections, pauses, incidents, what waits')
    .addHelpText('after', '\nExample:\n  $ headroom status')
    .action(async ({ data, json }: HubOptions) => {
      const status = await connectHub(cli, { data }).get('/status', statusAnswer);
      if (json) return cli.out(JSON.stringify(status, null, 2));
      const paint = createColors(cli.color.out);
      cli.out(`${paint.bold(status.company)}, headroom ${status.version}`);
      printFields(cli, fieldsOf(status));
      cli.out('');
      printTable(cli, status.connections, COLUMNS, 'There are no connections.');
      const troubles = troublesOf(status.connections);
      if (troubles.length > 0) cli.out('');
      for (const line of troubles) cli.out(line);
    });
}

function fieldsOf({ clock, config, pauses, incidents, waiting }: Status): [string, string][] {
  const speed = clock.scale === 1 ? '' : `, ${count(clock.scale)} times as fast as real time`;
  return [
    ['clock', `${time(clock.now)} UTC${speed}`],
    [
      'lag',
      clock.lagP95Hours === null
        ? 'nothing was due yet'
        : `95 % of the work begins within ${count(clock.lagP95Hours)} h of being due`,
    ],
    [
      'config',
      config === null
        ? 'none applied'
        : `version ${config.number} (${config.hash.slice(0, 12)}), since ${time(config.appliedAt)} UTC`,
    ],
    ...pauses.map(({ scope, name, reason, by, at }): [string, string] => [
      'PAUSED',
      `${scope === 'all' ? 'everything' : `${scope} ${name}`}: ${reason} (${by}, ${time(at)} UTC)`,
    ]),
    ...incidents.map(({ scope, note, startedAt }): [string, string] => [
      'INCIDENT',
      `${scope}${note === null ? '' : `: ${note}`} (since ${time(startedAt)} UTC)`,
    ]),
    ['waiting', waitingOf(waiting)],
  ];
}

/** With where to look at what waits for a person. */
function waitingOf({ outbox, parked, held, unclear }: Status['waiting']): string {
  const parts: [what: string, n: number, where: string][] = [
    ['messages to workflows', outbox, ''],
    ['vendor events that could not be handled', parked, ' (headroom inbox list)'],
    ['held batches', held, ' (headroom held list)'],
    ['unclear effects', unclear, ' (headroom effects --unclear)'],
  ];
  const some = parts.filter(([, n]) => n > 0).map(([what, n, where]) => `${what}: ${count(n)}${where}`);
  return some.length === 0 ? 'nothing' : some.join('; ');
}

/** With why and what to do, under the table: a cell is too small for it. */
function troublesOf(connections: Connection[]): string[] {
  return connections.flatMap(({ name, health: { state, detail, until, whatToDo } }) => {
    if (state === 'healthy') return [];
    const end = until === null ? '' : `, until ${time(until)} (real time)`;
    return [`${name} is ${state}: ${detail ?? ''}${end}`, ...(whatToDo === null ? [] : [`  ${whatToDo}`])];
  });
}

function stateOf({ health: { state, since } }: Connection): string {
  return state === 'healthy' || since === null ? state : `${state} since ${time(since)}`;
}

function everyOf({ sweep }: Connection): string | null {
  if (sweep === null) return null;
  const stretched = sweep.actualMs > sweep.everyMs;
  return stretched ? `${duration(sweep.actualMs)} (${duration(sweep.everyMs)} wanted)` : duration(sweep.everyMs);
}
