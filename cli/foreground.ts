import { formatProblems } from '../config/format-problems.ts';
import { DataDirInUseError } from '../server/embedded/lock.ts';
import type { Running } from '../server/options.ts';
import type { Cli } from './cli.ts';
import { badInput, CliError } from './errors.ts';
import { printFields } from './output/fields.ts';
import { startProgress } from './progress.ts';

interface Program<R extends Running> {
  name: string;
  /** Print addresses for programs. */
  json: boolean;
  start: (progress: (step: string) => void) => Promise<R>;
  ready?: (running: R) => void;
  /** Where to look when it does not start for a reason that nobody foresaw. */
  hint?: string;
}

/** Starts a program, says where it answers, and stays until it ends or the person asks for the end. */
export async function stayInForeground<R extends Running>(cli: Cli, program: Program<R>): Promise<void> {
  const { name } = program;
  // Asked for while it still starts, the end comes once it has started.
  const asked = cli.stopAsked();
  const running = await start(cli, program);
  if (program.json) cli.out(JSON.stringify({ addresses: running.addresses, pid: process.pid }));
  else {
    cli.out(`${name} runs; Ctrl-C ends it.`);
    printFields(
      cli,
      running.addresses.map(({ name: what, url }) => [what, url]),
    );
  }
  try {
    await Promise.race([asked, running.ended]);
  } finally {
    const stopping = startProgress(cli, `stopping ${name}`);
    await running.stop().finally(stopping.clear);
  }
}

async function start<R extends Running>(cli: Cli, program: Program<R>): Promise<R> {
  const progress = startProgress(cli, `starting ${program.name}`);
  try {
    const running = await program.start(progress.say);
    program.ready?.(running);
    return running;
  } catch (error) {
    throw await explained(cli, error, program.hint);
  } finally {
    progress.clear();
  }
}

/** What usually stands in the way of a start, with what to do about it. */
async function explained(cli: Cli, error: unknown, hint: string | undefined): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof CliError) return error;
  const { ConfigFolderError, MissingPublicUrlError, MissingSecretsError } = await import('../server/configs.ts');
  if (error instanceof ConfigFolderError) {
    return badInput(`the config cannot be used:\n\n${formatProblems(error.problems, { color: cli.color.err })}`);
  }
  // Their messages say already what to do.
  if (error instanceof MissingSecretsError || error instanceof MissingPublicUrlError) return badInput(error.message);
  if (error instanceof DataDirInUseError) return new CliError(error.message, { cause: error });
  if ('code' in error && error.code === 'EADDRINUSE') {
    const place = 'port' in error ? `port ${error.port}` : 'the port';
    return new CliError(`${place} is taken by another program`, {
      remedy: 'Choose another with --port, or --port 0 for any free one.',
      cause: error,
    });
  }
  if ('code' in error && error.code === 'EADDRNOTAVAIL' && 'address' in error) {
    return new CliError(`this machine has no address ${error.address}`, {
      remedy: 'Listen on one of its own with --host, or on all with --host 0.0.0.0.',
      cause: error,
    });
  }
  return hint === undefined ? error : new CliError(error.message, { remedy: hint, cause: error });
}
