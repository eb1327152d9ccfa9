/**
 * `npm run bench:effects`: nothing twice, nothing lost, how fast, and how soon after a death. Bounded, on loopback;
 * exit code 1 when a bound is missed.
 */
import { parseArgs } from 'node:util';
import type { Target } from './kinds.ts';
import { measureOutage, type Outage } from './outage.ts';
import { measureRates, type Rates } from './rate.ts';
import { type Recovery, readRecovery } from './recovery.ts';
import { missedBounds, missedByOutage, printFaulty, printOutage, printRates, printRecovery } from './report.ts';
import { type FaultyRun, runFaulty } from './run.ts';
import { type Death, type Stage, type StageOptions, startStage, type Victim } from './stage.ts';
import { readTargets } from './targets.ts';

const USAGE = `npm run bench:effects -- [--effects N] [--separate] [--only faults,recovery,rate,outage] [--quick] [--json]
  --effects N   effects of the faulty run (10000)
  --separate    a server and two workers as processes of their own
  --only LIST   these parts only
  --quick       a tenth of everything
  --json        one line of JSON at the end, for programs`;

const PARTS = ['faults', 'recovery', 'rate', 'outage'] as const;
type Part = (typeof PARTS)[number];

export interface Report {
  form: 'one process' | 'separate processes';
  deaths: Death[];
  faults: FaultyRun | null;
  recovery: Recovery[] | null;
  rate: Rates | null;
  outage: Outage | null;
  missed: string[];
}

/** Below this many effects one death is enough for the time it takes. */
const SMALL = 500;

const isOurs = (victim: Victim) => victim !== 'Temporal' && victim !== 'PostgreSQL';

/** Ten of ours, three of Temporal's and two of PostgreSQL's, mixed. */
function killsOf(stage: Stage, size: 'whole' | 'quick' | 'smallest'): Victim[] {
  const ours = stage.victims.filter(isOurs);
  const next = (n: number): Victim => ours[n % ours.length] ?? 'hub';
  if (size === 'smallest') return [next(0)];
  if (size === 'quick') return [next(0), 'Temporal', next(1), 'PostgreSQL', next(2)];
  const servers: Record<number, Victim> = {
    2: 'Temporal',
    5: 'PostgreSQL',
    8: 'Temporal',
    11: 'PostgreSQL',
    13: 'Temporal',
  };
  let n = 0;
  return Array.from({ length: 15 }, (_, place) => servers[place] ?? next(n++));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      effects: { type: 'string' },
      separate: { type: 'boolean', default: false },
      only: { type: 'string', default: PARTS.join(',') },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const parts = values.only.split(',');
  const unknown = parts.filter((part) => !PARTS.some((known) => known === part));
  if (unknown.length > 0) throw new Error(`unknown part ${unknown.join(', ')}\n${USAGE}`);
  const wants = (part: Part) => parts.includes(part);
  const effects = Number(values.effects ?? (values.quick ? 1_000 : 10_000));
  if (!Number.isInteger(effects) || effects < 1) throw new Error(`--effects must be a whole number\n${USAGE}`);
  const accounts = Math.min(200, Math.max(20, Math.ceil(effects / 50)));

  const say = (line: string) => process.stderr.write(`${line}\n`);
  const form = values.separate ? 'separate processes' : 'one process';
  const report: Report = { form, deaths: [], faults: null, recovery: null, rate: null, outage: null, missed: [] };
  const input = { wants, effects, quick: values.quick, say };
  const on = (rateLimits: boolean, of: number, part: (stage: Stage, targets: Target[]) => Promise<void>) =>
    onStage({ accounts: of, separate: values.separate, rateLimits }, report, say, part);
  if (PARTS.some((part) => part !== 'outage' && wants(part)))
    await on(false, accounts, (stage, targets) => measure(stage, targets, report, input));
  if (wants('outage'))
    await on(true, OUTAGE_ACCOUNTS, async (stage, targets) => {
      say('one vendor goes away for a while');
      const times = values.quick ? { outageMs: 30_000, steadyMs: 20_000 } : { outageMs: 300_000, steadyMs: 60_000 };
      report.outage = await measureOutage(stage, targets, times, say);
      say(printOutage(report.outage));
      report.missed.push(...missedByOutage(report.outage));
    });
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const line of report.missed) say(`missed: ${line}`);
  return report.missed.length === 0 ? 0 : 1;
}

/** Some hundred effects wait for each. */
const OUTAGE_ACCOUNTS = 60;

/** A part on vendors and a hub of its own; their logs stay where it missed a bound. */
async function onStage(
  options: StageOptions,
  report: Report,
  say: (line: string) => void,
  part: (stage: Stage, targets: Target[]) => Promise<void>,
): Promise<void> {
  say(`starting the vendors, the hub${options.separate ? ' (a server and two workers)' : ''} and its servers`);
  const stage = await startStage(options);
  const interrupted = () => void stage.stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  const before = report.missed.length;
  try {
    await part(stage, await readTargets(stage.store, options.accounts));
    if (report.missed.length === before) return;
    stage.keepLogs();
    say(`logs in ${stage.folder}`);
  } finally {
    process.off('SIGINT', interrupted);
    await stage.stop();
  }
}

async function measure(
  stage: Stage,
  targets: Target[],
  report: Report,
  input: { wants: (part: Part) => boolean; effects: number; quick: boolean; say: (line: string) => void },
): Promise<void> {
  const { wants, effects, quick, say } = input;
  report.deaths = stage.deaths;
  if (wants('rate')) {
    say('speed without faults, with the ledger and without, in turns');
    report.rate = await measureRates(
      stage,
      targets,
      quick ? { rounds: 2, effects: 200 } : { rounds: 4, effects: 600 },
      say,
    );
  }
  if (wants('recovery')) {
    say('deaths without other faults');
    const kills = killsOf(stage, 'whole').filter(isOurs);
    const before = stage.deaths.length;
    const load = { name: 'calm', effects: quick ? 330 : 1_100, faults: false, kills: kills.slice(0, 3) };
    const calm = await runFaulty(stage, targets, load, say);
    report.recovery = await readRecovery(stage, 'calm', stage.deaths.slice(before));
    report.missed.push(...calm.judged.problems);
  }
  if (wants('faults')) {
    say(`${effects} effects while every vendor fails now and then and processes die`);
    const kills = killsOf(stage, effects < SMALL ? 'smallest' : quick ? 'quick' : 'whole');
    report.faults = await runFaulty(stage, targets, { name: 'faulty', effects, faults: true, kills }, say);
  }
  report.missed.push(...missedBounds(report));
  if (report.faults) say(printFaulty(report.faults, report.deaths));
  if (report.recovery) say(printRecovery(report.recovery));
  if (report.rate) say(printRates(report.rate));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
