// @ts-check
import { BootstrapError } from './errors.mjs';

const CLI = 'cli/main.ts';
/** Commands of the CLI that start an embedded Temporal server. */
const STARTS_TEMPORAL = ['demo', 'up'];

/**
 * What a bootstrap command needs and runs.
 * @param {string[]} argv
 * @returns {{ needsTemporal: boolean, needsJudges: boolean, program: string[] | null }} needsJudges: programs that only tests
 *   use; program: arguments for Node 24, null: prepare only
 */
export function planOf(argv) {
  const [command, ...rest] = argv;
  switch (command) {
    case 'demo':
      return cli(['demo', ...rest]);
    case 'cli':
      return cli(rest);
    case 'test':
      return {
        needsTemporal: !asksForHelp(rest),
        needsJudges: !asksForHelp(rest),
        program: ['node_modules/vitest/vitest.mjs', 'run', ...rest],
      };
    case 'setup':
      return { needsTemporal: true, needsJudges: true, program: null };
    case 'install':
      return { needsTemporal: false, needsJudges: false, program: null };
    default:
      throw new BootstrapError(
        `scripts/bootstrap.mjs does not know "${command ?? ''}"; it takes demo, test, cli, setup (packages, Temporal and what tests need) or install (packages only).`,
      );
  }
}

/** @param {string[]} args */
function cli(args) {
  const command = args.find((arg) => !arg.startsWith('-'));
  const needsTemporal = command !== undefined && STARTS_TEMPORAL.includes(command) && !asksForHelp(args);
  return { needsTemporal, needsJudges: false, program: [CLI, ...args] };
}

/** @param {string[]} args */
function asksForHelp(args) {
  return args.includes('--help') || args.includes('-h');
}
