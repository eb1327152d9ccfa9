import { type Command, Option } from 'commander';
import { badInput } from '../../errors.ts';

export interface EffectFilterOptions {
  phase?: string;
  account?: string;
  connection?: string;
  operation?: string;
  play?: string;
  since?: string;
  until?: string;
}

export const PHASES = ['claimed', 'sending', 'confirmed', 'refused', 'withdrawn', 'unclear'];

/** Which effects are meant, in the words of the list and of every command that changes some. */
export function filterOptions(command: Command): Command {
  return command
    .addOption(new Option('--phase <phase>', 'in one phase').choices(PHASES))
    .option('--account <id>', 'of one account')
    .option('--connection <name>', 'over one connection')
    .option('--operation <name>', 'of one kind, such as message.send or crm.createTask')
    .option('--play <name>', 'of one play')
    .option('--since <time>', 'claimed from this moment on (UTC), such as 2026-03-14 or 2026-03-14T09:00')
    .option('--until <time>', 'claimed before it');
}

export function filterOf(options: EffectFilterOptions): EffectFilterOptions {
  const { phase, account, connection, operation, play, since, until } = options;
  const filter = {
    phase,
    account,
    connection,
    operation,
    play,
    since: momentOf('--since', since),
    until: momentOf('--until', until),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Times without a zone are UTC, as everywhere in the output. */
function momentOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const ms = Date.parse(zoned);
  if (Number.isNaN(ms))
    throw badInput(`${option}: ${text} is no time`, 'Write it like 2026-03-14 or 2026-03-14T09:00.');
  return new Date(ms).toISOString();
}
