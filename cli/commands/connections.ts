import { Command } from 'commander';
import type { z } from 'zod';
import { checkAnswer, statusAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';

type Checked = z.infer<typeof checkAnswer>;

export function connectionsCommand(cli: Cli): Command {
  const check = hubOptions(new Command('check'))
    .description('try now whether credentials work; a connection that stood still because of them goes on')
    .argument('[name]', 'from headroom status; absent: all')
    .addHelpText('after', '\nExample:\n  $ headroom connections check crm')
    .action(async (name: string | undefined, { data, json }: HubOptions) => {
      const hub = connectHub(cli, { data });
      const names =
        name === undefined ? (await hub.get('/status', statusAnswer)).connections.map((one) => one.name) : [name];
      const checks: Checked[] = [];
      for (const one of names) {
        const checked = await hub.post(`/connections/${encodeURIComponent(one)}/check`, checkAnswer, {});
        checks.push(checked);
        if (!json) cli.out(wordsOf(checked));
      }
      if (json) cli.out(JSON.stringify(checks, null, 2));
      if (checks.some(({ works }) => !works)) cli.exitCode = 1;
    });
  return new Command('connections')
    .description('try whether the vendors take our credentials')
    .addHelpText('after', '\nExample:\n  $ headroom connections check')
    .addCommand(check);
}

function wordsOf({ name, works, problem, lifted }: Checked): string {
  if (!works) return `${name} does not work: ${problem ?? 'nobody said why'}`;
  return lifted ? `${name} works again and goes on.` : `${name} works.`;
}
