import path from 'node:path';
import { Command, Option } from 'commander';
import { createColors } from 'picocolors';
import type { Row, Score } from '../../conformance/cell.ts';
import type { Cli } from '../cli.ts';
import { badInput, EXIT } from '../errors.ts';
import { CAPABILITIES, nameProblem, newConnector, type ScaffoldCapability } from '../new-connector.ts';
import { startProgress } from '../progress.ts';

interface TestOptions {
  all?: true;
  json?: true;
  lanes: string;
}

export function connectorCommand(cli: Cli): Command {
  return new Command('connector')
    .description('try a connector against every fault, or begin a new one')
    .addHelpText('after', '\nExample:\n  $ headroom connector test --all')
    .addCommand(testCommand(cli))
    .addCommand(newCommand(cli));
}

/** The clone that this command line belongs to. */
const ROOT = path.join(import.meta.dirname, '..', '..');

function newCommand(cli: Cli): Command {
  return new Command('new')
    .description('make the folder of a new connector, which compiles and tells what to write next')
    .argument('<name>', 'lower case, as config will call it: hub_soft')
    .addOption(new Option('--capability <capability>', 'what it gives').choices(CAPABILITIES).default('message'))
    .option('--json', 'print the files as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom connector new hub_soft --capability crm')
    .action((name: string, { capability, json }: { capability: ScaffoldCapability; json?: true }) => {
      const problem = nameProblem(ROOT, name);
      if (problem !== null)
        throw badInput(problem, 'Lower case letters, digits and _, beginning with a letter; one that is new.');
      const { made, changed } = newConnector({ root: ROOT, name, capability });
      if (json) {
        cli.out(JSON.stringify({ made, changed }, null, 2));
        return;
      }
      for (const file of made) cli.out(`made     ${file}`);
      for (const file of changed) cli.out(`a line   ${file}`);
      cli.out(
        `\nNext: ./headroom connector test ${name}; docs/engineers.md leads from here to the first green operation.`,
      );
    });
}

function testCommand(cli: Cli): Command {
  return new Command('test')
    .description('play every fault on every operation, against the simulator and the real effect ledger')
    .argument('[name...]', 'connectors, as in connectors/registry.ts')
    .option('--all', 'all of them')
    .option('--json', 'print the scores as JSON')
    .option('--lanes <n>', 'cells at once; most of them wait', '6')
    .addHelpText('after', '\nExample:\n  $ headroom connector test slack')
    .action(async (names: string[], options: TestOptions) => {
      // Loaded only when asked for: simulators and database are no matter of other commands.
      const { subjects } = await import('../../conformance/subjects.ts');
      const { openPlace } = await import('../../conformance/place.ts');
      const { runConformance } = await import('../../conformance/run.ts');
      const { countOf } = await import('../../conformance/cell.ts');
      const wanted = options.all ? Object.keys(subjects) : names;
      const unknown = wanted.filter((name) => !subjects[name]);
      if (wanted.length === 0 || unknown.length > 0) {
        throw badInput(
          wanted.length === 0 ? 'which connector?' : `there is no connector ${unknown.join(', ')}`,
          `There are ${Object.keys(subjects).join(', ')}; --all takes all of them.`,
        );
      }
      const progress = startProgress(cli, 'starting a PostgreSQL for the effect ledger');
      const place = await openPlace(cli.env.TEST_DATABASE_URL);
      let scores: Score[];
      try {
        let told = 0;
        scores = await runConformance(
          wanted.flatMap((name) => subjects[name] ?? []),
          {
            place,
            lanes: Math.max(1, Number(options.lanes) || 1),
            progress: (done, of) => {
              // Logs need no line for each of some hundred cells.
              const tenth = Math.floor((done * 10) / of);
              if (cli.terminal || tenth > told) progress.say(`${done} of ${of} cells`);
              told = tenth;
            },
          },
        );
      } finally {
        await place.close();
        progress.clear();
      }
      const counts = scores.map(countOf);
      if (counts.some(({ passed, applicable }) => passed < applicable)) cli.exitCode = EXIT.failed;
      if (options.json) cli.out(JSON.stringify(scores, null, 2));
      else for (const score of scores) printScore(cli, score, countOf(score));
    });
}

function printScore(cli: Cli, score: Score, { passed, applicable }: { passed: number; applicable: number }): void {
  const paint = createColors(cli.color.out);
  const all = passed === applicable;
  cli.out(
    paint.bold(`${score.connector}: ${passed} of ${applicable} cells`) + (all ? '' : paint.red(' – not there yet')),
  );
  for (const row of [...score.writes, ...score.reads, ...score.webhooks]) printRow(cli, row, paint);
  cli.out('');
}

function printRow(cli: Cli, row: Row, paint: ReturnType<typeof createColors>): void {
  const cells = Object.entries(row.cells);
  const count = (state: string) => cells.filter(([, cell]) => cell.state === state).length;
  const story = row.idempotency ? ` (${row.idempotency})` : '';
  cli.out(
    `  ${row.operation}${story}: ${count('passed')} passed, ${count('failed')} failed, ${count('not_applicable')} cannot be`,
  );
  const problems = Map.groupBy(
    cells.flatMap(([fault, cell]) => (cell.state === 'failed' ? [{ fault, ...cell }] : [])),
    ({ reason }) => reason,
  );
  for (const [reason, same] of problems) {
    cli.out(`    ${paint.red('✗')} ${same.map(({ fault }) => fault).join(', ')}: ${reason}`);
    const [only] = same;
    // What is the same everywhere has one cause, which the reason names.
    if (same.length === 1 && only && only.advice !== '') cli.out(`      → ${only.advice}`);
  }
  const reasons = Map.groupBy(
    cells.flatMap(([fault, cell]) => (cell.state === 'not_applicable' ? [{ fault, reason: cell.reason }] : [])),
    ({ reason }) => reason,
  );
  for (const [reason, same] of reasons) cli.out(`    – ${same.map(({ fault }) => fault).join(', ')}: ${reason}`);
}
