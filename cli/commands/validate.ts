import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { findConfigFolder, readConfig } from '../config-folder.ts';
import { badInput, EXIT } from '../errors.ts';
import { waiting } from '../progress.ts';

export function validateCommand(cli: Cli): Command {
  return new Command('validate')
    .description('check a config folder: every problem with its place, what is allowed and an example')
    .argument('[dir]', 'config folder (default: ./config)')
    .option('--config <dir>', 'the same, as other commands take it')
    .option('--json', 'print problems as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom validate config/examples/tidewater')
    .action(async (given: string | undefined, options: { config?: string; json?: true }) => {
      if (given !== undefined && options.config !== undefined)
        throw badInput(`two config folders are named: ${given} and ${options.config}`, 'Name one of them.');
      const dir = findConfigFolder(given ?? options.config, cli.cwd);
      const result = await waiting(cli, `reading ${dir}`, () => readConfig(dir, cli.env));
      const problems = result.ok ? result.warnings : result.problems;
      if (!result.ok) cli.exitCode = EXIT.badInput;
      if (options.json) {
        cli.out(JSON.stringify({ ok: result.ok, hash: result.ok ? result.config.hash : null, problems }, null, 2));
        return;
      }
      const { formatProblems } = await import('../../config/format-problems.ts');
      if (problems.length > 0) cli.out(formatProblems(problems, { color: cli.color.out }));
      if (!result.ok) return;
      const { products, metrics, triggers, plays } = result.config.config;
      const sizes = Object.entries({ products, metrics, triggers, plays }).map(
        ([name, part]) => `${Object.keys(part).length} ${name}`,
      );
      cli.out(
        `${problems.length > 0 ? '\n' : ''}${dir} is good: ${sizes.join(', ')} (version ${result.config.hash.slice(0, 12)})`,
      );
    });
}
