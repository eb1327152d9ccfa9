/** The command line: ./headroom, or `node cli/main.ts` on Node 24. */
import { inspect } from 'node:util';
import { maskSecrets } from '../connectors/kit/redact.ts';
import type { Cli } from './cli.ts';
import { launch } from './launch.ts';
import { runCli } from './run.ts';

/** Whoever asks once more after this long means "now". */
const IMPATIENT_MS = 1_000;

/**
 * The same request often arrives twice at once, when a whole group of processes gets a signal and the launcher passes
 * its own on. What is left running by an impatient end is found again at the next start.
 */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let since: number | null = null;
    const signals = { SIGINT: 130, SIGTERM: 143 };
    for (const [signal, code] of Object.entries(signals)) {
      process.on(signal, () => {
        if (since !== null && performance.now() - since > IMPATIENT_MS) process.exit(code);
        since ??= performance.now();
        resolve();
      });
    }
  });
}

/** https://no-color.org */
const colorful = (stream: NodeJS.WriteStream) => stream.isTTY === true && !process.env.NO_COLOR;

const cli: Cli = {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${maskSecrets(text)}\n`),
  color: { out: colorful(process.stdout), err: colorful(process.stderr) },
  // Some terminals have no width, as under expect or a bare pty: ora would clear lines for ever.
  terminal: process.stderr.isTTY === true && process.stderr.columns > 0,
  launch,
  stopAsked,
  exitCode: 0,
};

// Node would print the error as it is.
process.on('uncaughtException', (error) => {
  cli.err(inspect(error));
  process.exit(1);
});

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), cli);
