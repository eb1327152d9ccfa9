import type { Kind, Target } from './kinds.ts';
import { runLoad } from './load.ts';
import type { Stage } from './stage.ts';

/** Without prompts: the box they are put into is the store, which the bare calls do without. */
const WAVES: Kind[][] = [
  ['mail', 'alert', 'task', 'tag', 'trial'],
  ['alert_update', 'task_done', 'trial_end', 'plan_change', 'write_back'],
];
const PER_SUBJECT = WAVES.flat().length;
const IN_FLIGHT = 20;

export interface Rates {
  /** Effects a second by the ledger, and by the same activities' calls without a store. */
  ledger: number;
  bare: number;
  ratio: number;
  rounds: { ledger: number; bare: number }[];
}

/**
 * The same calls with the ledger and without, in turns, so that whatever else the machine does meets both alike. The
 * first turn of each warms up and does not count.
 */
export async function measureRates(
  stage: Stage,
  targets: Target[],
  input: { rounds: number; effects: number },
  say: (line: string) => void,
): Promise<Rates> {
  const subjects = Math.ceil(input.effects / PER_SUBJECT);
  const seconds = { performOnce: 0, callBare: 0 };
  const rounds: Rates['rounds'] = [];
  const turn = async (how: 'performOnce' | 'callBare', name: string) => {
    const started = performance.now();
    await runLoad(stage, targets, { name, subjects, waves: WAVES, how, inFlight: IN_FLIGHT }, () => {});
    return (performance.now() - started) / 1_000;
  };
  const effects = subjects * PER_SUBJECT;
  const letter = (n: number) => String.fromCharCode(97 + n);
  for (let n = 0; n <= input.rounds; n++) {
    const ledgerFirst = n % 2 === 0;
    const took = { performOnce: 0, callBare: 0 };
    for (const how of ledgerFirst ? (['performOnce', 'callBare'] as const) : (['callBare', 'performOnce'] as const)) {
      took[how] = await turn(how, `rate${how === 'callBare' ? 'b' : 'l'}${letter(n)}`);
    }
    if (n === 0) continue;
    seconds.performOnce += took.performOnce;
    seconds.callBare += took.callBare;
    rounds.push({ ledger: effects / took.performOnce, bare: effects / took.callBare });
    say(
      `round ${n}: ${(effects / took.performOnce).toFixed(1)} effects/s with the ledger, ${(effects / took.callBare).toFixed(1)} bare`,
    );
  }
  const total = effects * input.rounds;
  const ledger = total / seconds.performOnce;
  const bare = total / seconds.callBare;
  return { ledger, bare, ratio: ledger / bare, rounds };
}
