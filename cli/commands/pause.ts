import { Command } from 'commander';
import { pauseAnswer } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { badInput } from '../errors.ts';
import { connectHub } from '../hub.ts';
import { type HubOptions, hubOptions } from '../hub-options.ts';

interface Options extends HubOptions {
  all?: true;
  play?: string;
  connection?: string;
  clear?: true;
  reason: string;
}

export function pauseCommand(cli: Cli): Command {
  return hubOptions(new Command('pause'))
    .description('stop sending, or let it go on; what is on its way to a vendor is not called back')
    .option('--all', 'everything')
    .option('--play <name>', 'one play')
    .option('--connection <name>', 'one connection')
    .option('--clear', 'let it go on')
    .option('--reason <text>', 'for those who find it paused', 'by hand, from the command line')
    .addHelpText(
      'after',
      '\nExample:\n  $ headroom pause --play urgent --reason "new price list on Monday"\n  $ headroom pause --play urgent --clear',
    )
    .action(async (options: Options) => {
      const scope = scopeOf(options);
      const state = options.clear ? 'running' : 'paused';
      const body = { ...scope, state, ...(options.clear ? {} : { reason: options.reason }) };
      const answer = await connectHub(cli, options).post('/pause', pauseAnswer, body);
      if (options.json) return cli.out(JSON.stringify(answer, null, 2));
      const what = scope.scope === 'all' ? 'Everything' : `The ${scope.scope} ${scope.name}`;
      if (!options.clear) cli.out(`${what} is paused from now on.`);
      else cli.out(answer.changed ? `${what} goes on.` : `${what} was not paused.`);
      if (options.clear && answer.pauses.length > 0) {
        cli.err(`Still paused: ${answer.pauses.map((pause) => `${pause.scope} ${pause.name}`.trim()).join(', ')}.`);
      }
    });
}

type Scope = { scope: 'all' } | { scope: 'play' | 'connection'; name: string };

function scopeOf({ all, play, connection }: Options): Scope {
  const named: Scope[] = [];
  if (all) named.push({ scope: 'all' });
  if (play !== undefined) named.push({ scope: 'play', name: play });
  if (connection !== undefined) named.push({ scope: 'connection', name: connection });
  const [scope, ...others] = named;
  if (scope && others.length === 0) return scope;
  throw badInput(
    scope ? 'only one of --all, --play and --connection can be paused at a time' : 'nothing says what to pause',
    'Use --all, --play NAME or --connection NAME; `headroom status` shows what is paused.',
  );
}
