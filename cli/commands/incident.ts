import { Command } from 'commander';
import type { z } from 'zod';
import type { incident } from '../../server/http/api/schemas.ts';
import { incidentAnswer, incidentsAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { type Column, printTable } from '../output/table.ts';
import { time } from '../output/values.ts';

const COLUMNS: Column<z.infer<typeof incident>>[] = [
  { head: 'Since (UTC)', of: ({ startedAt }) => time(startedAt) },
  { head: 'Scope', of: ({ scope }) => scope },
  { head: 'Note', of: ({ note }) => note },
];
const SCOPE = 'all, a product or the id of an account';

export function incidentCommand(cli: Cli): Command {
  return new Command('incident')
    .description('hold everything for customers while something is broken')
    .addHelpText(
      'after',
      '\nExample:\n  $ headroom incident open all --note "exports fail"\n  $ headroom incident close all',
    )
    .addCommand(listCommand(cli))
    .addCommand(openCommand(cli))
    .addCommand(closeCommand(cli));
}

function listCommand(cli: Cli): Command {
  return hubOptions(new Command('list'))
    .description('show incidents that run')
    .addHelpText('after', '\nExample:\n  $ headroom incident list')
    .action(async ({ data, json }: HubOptions) => {
      const { items } = await connectHub(cli, { data }).get('/incidents', incidentsAnswer);
      if (json) cli.out(JSON.stringify(items, null, 2));
      else printTable(cli, items, COLUMNS, 'No incident runs.');
    });
}

function openCommand(cli: Cli): Command {
  return hubOptions(new Command('open'))
    .description('from now on nothing goes to the customers of this scope')
    .argument('<scope>', SCOPE)
    .option('--note <text>', 'what is broken')
    .addHelpText('after', '\nExample:\n  $ headroom incident open all --note "exports fail"')
    .action(async (scope: string, { note, data, json }: HubOptions & { note?: string }) => {
      const answer = await connectHub(cli, { data }).post('/incidents', incidentAnswer, { scope, state: 'open', note });
      cli.out(
        json ? JSON.stringify(answer) : `An incident runs for ${scope}; headroom incident close ${scope} ends it.`,
      );
    });
}

function closeCommand(cli: Cli): Command {
  return hubOptions(new Command('close'))
    .description('end the incidents of this scope; what waited goes on')
    .argument('<scope>', SCOPE)
    .addHelpText('after', '\nExample:\n  $ headroom incident close all')
    .action(async (scope: string, { data, json }: HubOptions) => {
      const answer = await connectHub(cli, { data }).post('/incidents', incidentAnswer, { scope, state: 'closed' });
      const said = answer.closed === 0 ? `No incident ran for ${scope}.` : `The incident for ${scope} is over.`;
      cli.out(json ? JSON.stringify(answer) : said);
    });
}
