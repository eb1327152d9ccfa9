/** The command line: ./headroom, or `node cli/main.ts` on Node 24. */
import type { Cli } from './cli.ts';
import { launch } from './launch.ts';
import { runCli } from './run.ts';

/** Two of them: the second time the person means now. What is left running is found again at the next start. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.on(signal, () => {
        if (asked) process.exit(code);
        asked = true;
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
  err: (text) => process.stderr.write(`${text}\n`),
  color: { out: colorful(process.stdout), err: colorful(process.stderr) },
  // Some terminals have no width, as under expect or a bare pty: ora would clear lines for ever.
  terminal: process.stderr.isTTY === true && process.stderr.columns > 0,
  launch,
  stopAsked,
  exitCode: 0,
};

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), cli);
