import type { Reading } from '../model.ts';
import { acceptReading } from './accept.ts';
import { judgeDecline } from './judge-decline.ts';
import { judgeFlags } from './judge-flags.ts';
import { judgeLevels } from './judge-levels.ts';
import { emptyMemory } from './memory.ts';
import { takeIn } from './take-in.ts';
import type { Observe, Observed, ObserveInput } from './types.ts';

/**
 * Folds new readings into a meter, in the order in which we learned of them, and says which triggers came true, which
 * earlier ones lost their ground, and which nearly came true and why not.
 */
export const observe: Observe = (input) => {
  const on = Object.entries(input.triggers).filter(([, trigger]) => trigger.mode !== 'off');
  const acting = { ...input, triggers: Object.fromEntries(on) };
  const result: Observed = { meter: input.meter, trips: [], takenBack: [], nearMisses: [], rejected: [] };
  for (const reading of input.readings) observeOne(acting, reading, result);
  return result;
};

function observeOne(input: ObserveInput, reading: Reading, result: Observed): void {
  const before = result.meter;
  const denominator = input.denominatorAt(reading.observedAt, reading.limit);
  const accepted = acceptReading(before?.memory ?? emptyMemory(), reading, denominator, input.counter);
  if (accepted.kind === 'repeat') return;
  if (accepted.kind === 'rejected') {
    result.rejected.push({ reading, reason: accepted.reason });
    return;
  }
  const view = takeIn(input, before, accepted);
  result.meter = view.meter;
  // A late row of a closed period completes the history; it decides nothing in the new one.
  if (view.closedPeriod) return;
  const context = { input, view, result };
  judgeLevels(context);
  judgeFlags(context);
  judgeDecline(context);
}
