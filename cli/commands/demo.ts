import path from 'node:path';
import { Command } from 'commander';
import { positive, wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { findConfigFolder } from '../config-folder.ts';
import { findWorld } from '../world.ts';

interface Options {
  days?: number;
  chaos?: true;
  json?: string;
  record?: string;
  keep?: true;
  world?: string;
  config?: string;
  seed?: number;
}

export function demoCommand(cli: Cli): Command {
  return new Command('demo')
    .description('watch a company go from usage to upgrades: hub and simulators together, a day in seconds')
    .option('--days <n>', 'how many days to play', positive)
    .option('--chaos', 'kill the hub, Temporal and PostgreSQL on the way, and check that nothing is lost or doubled')
    .option('--json <file>', 'write the report as JSON')
    .option('--record <file>', 'write every exchange with a vendor as a line of JSON')
    .option('--keep', 'leave everything running at the end and print the addresses')
    .option('--world <prefix>', 'play PREFIX.usage.ndjson[.gz] and PREFIX.truth.ndjson[.gz] instead')
    .option(
      '--config <dir>',
      'config folder (default: config/examples/tidewater); its plans must be those of the world',
    )
    .option('--seed <n>', 'another seed for the people and for chaos', wholeNumber)
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run demo -- --days 20 --json report.json\n  $ npm run demo -- --config config/examples/larkspur     # on Salesforce',
    )
    .action(async (options: Options) => {
      const fileOf = (file: string | undefined) => (file === undefined ? null : path.resolve(cli.cwd, file));
      cli.exitCode = await cli.launch.demo({
        days: options.days ?? null,
        chaos: options.chaos ?? false,
        json: fileOf(options.json),
        record: fileOf(options.record),
        keep: options.keep ?? false,
        configDir: options.config === undefined ? null : findConfigFolder(options.config, cli.cwd),
        world: options.world === undefined ? null : findWorld(options.world, cli.cwd),
        seed: options.seed ?? null,
      });
    });
}
