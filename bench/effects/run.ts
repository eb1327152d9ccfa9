import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, listEffects } from '../../store/index.ts';
import { failHttp, failMail, failNoMore, openProduct } from './faults.ts';
import { type Judged, judge } from './judge.ts';
import type { Kind, Target } from './kinds.ts';
import { countSeen, readLedger } from './ledger.ts';
import { runLoad } from './load.ts';
import type { Stage, Victim } from './stage.ts';

/** As a journey has them: what reaches people first, then what came of it. */
export const WAVES: Kind[][] = [
  ['mail', 'prompt', 'alert', 'task', 'tag', 'trial'],
  ['alert_update', 'task_done', 'trial_end', 'plan_change', 'write_back'],
];
export const PER_SUBJECT = WAVES.flat().length;
const IN_FLIGHT = 120;
/** A doubt is written down when its attempt is over; upkeep looks at what stood still for longer. */
const MANY = 100_000;

export interface FaultyRun {
  judged: Judged;
  effects: number;
  seconds: number;
  upkeep: unknown;
}

/** Every vendor fails now and then and processes die, while effects are made; then the vendors' ledgers are read. */
export async function runFaulty(
  stage: Stage,
  targets: Target[],
  input: { name: string; effects: number; faults: boolean; kills: Victim[] },
  say: (line: string) => void,
): Promise<FaultyRun> {
  const subjects = Math.ceil(input.effects / PER_SUBJECT);
  if (input.faults) {
    await failHttp(stage.control);
    await failMail(stage.control, targets, subjects, input.name);
  }
  const started = performance.now();
  let done = 0;
  let running = true;
  const killing = (async () => {
    for (const [n, victim] of input.kills.entries()) {
      // Spread over the work, not over the time: a slow machine must not miss any.
      const due = ((n + 0.5) / input.kills.length) * subjects * PER_SUBJECT * 0.95;
      while (running && done < due) await sleep(100);
      if (!running) return;
      await stage.kill(victim);
      say(`killed ${victim} at ${done} effects`);
    }
  })();
  const load = { name: input.name, subjects, waves: WAVES, how: 'performOnce' as const, inFlight: IN_FLIGHT };
  const [outcomes] = await Promise.all([
    runLoad(stage, targets, load, (effects) => {
      done = effects;
    }).finally(() => {
      running = false;
    }),
    killing,
  ]);
  const seconds = (performance.now() - started) / 1_000;
  await failNoMore(stage.control);
  const before = await unclearKeys(stage);
  const upkeep = await stage.client.workflow.execute('upkeep', {
    workflowId: `bench-upkeep:${input.name}`,
    taskQueue: 'headroom',
  });
  const after = await unclearKeys(stage);
  await openProduct(stage.control, stage.hubUrl, targets);
  const { entries } = await readLedger(stage.control);
  const seen = countSeen(
    entries,
    outcomes.map(({ subject }) => subject),
    stage.tenant,
  );
  return { judged: judge(outcomes, seen, { before, after }), effects: done, seconds, upkeep };
}

async function unclearKeys({ store }: Stage): Promise<Set<string>> {
  const rows = await inTransaction(store, (tx) => listEffects(tx, { phases: ['unclear'], limit: MANY }));
  return new Set(rows.map(({ key }) => key));
}
