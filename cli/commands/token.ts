import { Command, Option } from 'commander';
import type { z } from 'zod';
import { apiToken, role } from '../../server/http/api/schemas.ts';
import { newTokenAnswer, tokensAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';
import { type Column, printTable } from '../output/table.ts';
import { time } from '../output/values.ts';

const COLUMNS: Column<z.infer<typeof apiToken>>[] = [
  { head: 'Name', of: ({ name }) => name },
  { head: 'Role', of: ({ role }) => role },
  { head: 'Made (UTC)', of: ({ createdAt }) => time(createdAt) },
  { head: 'Revoked (UTC)', of: ({ revokedAt }) => time(revokedAt) },
];

export function tokenCommand(cli: Cli): Command {
  return new Command('token')
    .description('make, list and revoke tokens of the API')
    .addHelpText('after', '\nExample:\n  $ headroom token create ana@own.example --role am')
    .addCommand(createCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(revokeCommand(cli));
}

function createCommand(cli: Cli): Command {
  return hubOptions(new Command('create'))
    .description('make a token; it is shown this once')
    .argument('<name>', 'whose it is, or what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(role.options).makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  $ headroom token create ana@own.example --role am')
    .action(async (name: string, { role, data, json }: HubOptions & { role: string }) => {
      const made = await connectHub(cli, { data }).post('/tokens', newTokenAnswer, { name, role });
      if (json) return cli.out(JSON.stringify(made, null, 2));
      cli.out(made.token);
      cli.err(`Keep it: it is not shown again. headroom token revoke ${name} ends it.`);
    });
}

function listCommand(cli: Cli): Command {
  return hubOptions(new Command('list'))
    .description('show whose tokens there are, never the tokens')
    .addHelpText('after', '\nExample:\n  $ headroom token list')
    .action(async ({ data, json }: HubOptions) => {
      const { items } = await connectHub(cli, { data }).get('/tokens', tokensAnswer);
      if (json) cli.out(JSON.stringify(items, null, 2));
      else printTable(cli, items, COLUMNS, 'There are no tokens.');
    });
}

function revokeCommand(cli: Cli): Command {
  return hubOptions(new Command('revoke'))
    .description('from now on this token lets nobody in')
    .argument('<name>', 'from headroom token list')
    .addHelpText('after', '\nExample:\n  $ headroom token revoke ana@own.example')
    .action(async (name: string, { data, json }: HubOptions) => {
      const answer = await connectHub(cli, { data }).post(`/tokens/${encodeURIComponent(name)}/revoke`, apiToken, {});
      cli.out(json ? JSON.stringify(answer, null, 2) : `The token ${name} lets nobody in any more.`);
    });
}
