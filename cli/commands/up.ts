import path from 'node:path';
import { Command, Option } from 'commander';
import { defaultDataDir } from '../../server/embedded/data-dir.ts';
import type { Cli } from '../cli.ts';
import { findConfigFolder } from '../config-folder.ts';
import { stayInForeground } from '../foreground.ts';
import { type NetworkOptions, networkOptions, readNetwork } from '../network-options.ts';
import { parseClock, readSandboxFile } from '../sandbox-file.ts';

interface Options extends NetworkOptions {
  config?: string;
  data?: string;
  sandbox?: string;
  clock?: string;
  json?: true;
}

export function upCommand(cli: Cli): Command {
  return networkOptions(new Command('up'))
    .description('run everything on this machine: store, Temporal, server and worker')
    .option('--config <dir>', 'config folder (default: ./config)')
    .option('--data <dir>', 'data directory (default: HEADROOM_DATA, else ~/.local/share/headroom)')
    .option('--sandbox <file>', 'send every connection to the simulators of `headroom sandbox --write FILE`')
    .addOption(new Option('--clock <json>', 'rehearsal clock').hideHelp())
    .option('--json', 'print addresses as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom up --config config/examples/tidewater --sandbox sandbox.json')
    .action(async (options: Options) => {
      const configDir = findConfigFolder(options.config, cli.cwd);
      const sandbox = options.sandbox === undefined ? null : readSandboxFile(path.resolve(cli.cwd, options.sandbox));
      const clock = options.clock === undefined ? (sandbox?.clock ?? null) : parseClock(options.clock);
      const dataDir = options.data === undefined ? defaultDataDir(cli.env) : path.resolve(cli.cwd, options.data);
      const network = readNetwork(cli, options);
      await stayInForeground(cli, {
        name: 'headroom',
        json: options.json ?? false,
        start: (progress) =>
          cli.launch.up({
            configDir,
            dataDir,
            ...network,
            sandbox,
            clock,
            progress,
          }),
      });
    });
}
