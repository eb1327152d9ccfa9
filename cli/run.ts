import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { createColors } from 'picocolors';
import type { Cli } from './cli.ts';
import { CliError, EXIT } from './errors.ts';
import { makeProgram } from './program.ts';

/** Runs one command line. @returns the exit code: 0 done, 1 failed, 2 the input or config cannot be meant */
export async function runCli(argv: string[], cli: Cli): Promise<number> {
  try {
    await makeProgram(cli).parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    // Commander has said what it had to say: help asked for, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    explain(cli, error);
    return error instanceof CliError ? error.exitCode : EXIT.failed;
  }
}

function explain(cli: Cli, error: unknown): void {
  const paint = createColors(cli.color.err);
  cli.err(`${paint.red('error:')} ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof CliError) {
    if (error.remedy !== null) cli.err(error.remedy);
  } else if (cli.env.HEADROOM_DEBUG !== '1')
    cli.err('Run it again with HEADROOM_DEBUG=1 to see where this comes from.');
  if (cli.env.HEADROOM_DEBUG === '1') cli.err(inspect(error));
}
