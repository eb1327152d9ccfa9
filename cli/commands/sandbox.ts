import path from 'node:path';
import { Command } from 'commander';
import { httpUrl, positive } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { stayInForeground } from '../foreground.ts';
import { DEFAULT_PORT } from '../network-options.ts';
import { writeSandboxFile } from '../sandbox-file.ts';
import { findWorld } from '../world.ts';

interface Options {
  world?: string;
  scale: number;
  hub: string;
  write?: string;
  record?: string;
  json?: true;
}

export function sandboxCommand(cli: Cli): Command {
  return new Command('sandbox')
    .description('run simulators of every vendor on this machine, with people who click, ignore and upgrade')
    .option(
      '--world <prefix>',
      'play PREFIX.usage.ndjson[.gz] and PREFIX.truth.ndjson[.gz] (default: the world of the demo)',
    )
    .option('--scale <n>', 'how many times faster than real time its days pass', positive, 1440)
    .option('--hub <url>', 'where webhooks and people reach the hub', httpUrl, `http://127.0.0.1:${DEFAULT_PORT}`)
    .option('--write <file>', 'write addresses, credentials and clock for `headroom up --sandbox FILE`')
    .option('--record <file>', 'write every exchange with the hub as a line of JSON')
    .option('--json', 'print addresses as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom sandbox --write sandbox.json')
    .action(async (options: Options) => {
      const world = options.world === undefined ? null : findWorld(options.world, cli.cwd);
      await stayInForeground(cli, {
        name: 'sandbox',
        json: options.json ?? false,
        start: () =>
          cli.launch.sandbox({
            world,
            scale: options.scale,
            hubUrl: options.hub,
            record: options.record === undefined ? null : path.resolve(cli.cwd, options.record),
            log: withoutRepeats(cli.err),
          }),
        ready: ({ file }) => {
          if (options.write !== undefined) writeSandboxFile(path.resolve(cli.cwd, options.write), file);
        },
      });
    });
}

/** Until the hub answers, every webhook fails in the same words. */
function withoutRepeats(log: (line: string) => void): (line: string) => void {
  let last = '';
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}
