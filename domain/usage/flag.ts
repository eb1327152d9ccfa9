import type { HoldFor } from '../../config/schema/index.ts';
import { hasHeld } from './runs.ts';
import type { Run, SeenReading, TriggerState } from './types.ts';

/** How a condition that is no level (a pace, a forecast, a decline) stands after the newest reading. */
export interface Flag {
  /** The run of readings for which it has been true; null when it is not. */
  run: Run | null;
  held: boolean;
  /** Far enough from true that it may come true again. */
  clear: boolean;
}

/** A flag that is judged reading by reading: true readings lengthen the run, another one ends it. */
export function countFlag(
  before: TriggerState,
  seen: SeenReading,
  holds: boolean,
  clear: boolean,
  heldFor: HoldFor | undefined,
): Flag {
  const earlier = before.phase === 'holding' ? before.run : null;
  const run = holds
    ? { since: earlier?.since ?? seen.observedAt, until: seen.observedAt, readings: (earlier?.readings ?? 0) + 1 }
    : null;
  return { run, held: hasHeld(run, heldFor), clear };
}

/** The state after a flag; `trips` when it has just come true. */
export function advanceFlag(before: TriggerState, flag: Flag): { state: TriggerState; trips: Run | null } {
  if (before.phase === 'tripped' || before.phase === 'at_start') {
    return { state: flag.clear ? { ...before, phase: 'armed', run: null, note: null } : before, trips: null };
  }
  if (flag.run === null) return { state: { ...before, phase: 'armed', run: null }, trips: null };
  if (!flag.held) return { state: { ...before, phase: 'holding', run: flag.run }, trips: null };
  return { state: { ...before, phase: 'tripped', run: null, note: null }, trips: flag.run };
}
