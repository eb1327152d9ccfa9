import type { HoldFor, Trigger } from '../../config/schema/index.ts';
import type { Iso } from '../model.ts';
import { HOUR_MS, msBetween } from '../time.ts';
import { continueRun, EPSILON, hasHeld, runAbove, runBelow } from './runs.ts';
import type { Run, SeenReading, TriggerState } from './types.ts';

/** A level that a counter reaches so shortly before its period ends is not worth a word: it starts anew at once. */
const WORTH_LEFT_MS = 24 * HOUR_MS;
const REARM_DROP = 0.05;
/** Storage is measured to about a percent; counts are exact. */
const GAUGE_SLACK = 0.01;

/** A level on the ladder of one meter. */
export interface Rung {
  name: string;
  trigger: Trigger;
  level: number;
  rearmBelow: number;
  heldFor: HoldFor | undefined;
}

export interface RungView {
  /** Readings of the present period, oldest first. */
  readings: SeenReading[];
  counter: boolean;
  periodEnd: Iso;
  /** No rung may come true now. */
  settling: boolean;
}

export type RungOutcome =
  | { kind: 'armed'; state: TriggerState; note: 'hold_broken' | 'rearmed' | null; fellBack: boolean }
  | { kind: 'holding'; state: TriggerState; run: Run }
  | { kind: 'ready'; state: TriggerState; run: Run }
  /** Reached, but not by growth, or too late: marked and passed over. */
  | { kind: 'passed_over'; state: TriggerState; run: Run; reason: 'limit_fell' | 'near_period_end' }
  | { kind: 'tripped'; state: TriggerState };

/** The level triggers as rungs, lowest first. A trigger with a lead time is no rung: it asks for a forecast. */
export function toRungs(triggers: Record<string, Trigger>): Rung[] {
  const rungs: Rung[] = [];
  for (const [name, trigger] of Object.entries(triggers)) {
    if (trigger.when === 'utilization' && trigger.lead_time === undefined) {
      rungs.push({
        name,
        trigger,
        level: trigger.at,
        rearmBelow: trigger.rearm_below ?? trigger.at - REARM_DROP,
        heldFor: trigger.held_for,
      });
    } else if (trigger.when === 'limit_reached') {
      rungs.push({
        name,
        trigger,
        level: 1,
        rearmBelow: trigger.rearm_below ?? 1 - REARM_DROP,
        heldFor: trigger.held_for,
      });
    }
  }
  return rungs.sort((a, b) => a.level - b.level || (a.name < b.name ? -1 : 1));
}

/** Where one rung stands after the newest reading, before the rungs of the ladder are weighed against one another. */
export function evaluateRung(rung: Omit<Rung, 'trigger'>, state: TriggerState, view: RungView): RungOutcome {
  return state.phase === 'tripped' || state.phase === 'at_start' ? rearm(rung, state, view) : climb(rung, state, view);
}

function climb(rung: Omit<Rung, 'trigger'>, state: TriggerState, view: RungView): RungOutcome {
  const found = runAbove(view.readings, rung.level, view.counter ? 0 : GAUGE_SLACK);
  const run = continueRun(found, state.run, view.readings);
  if (run === null) {
    const note = state.phase === 'holding' ? 'hold_broken' : null;
    return { kind: 'armed', state: { ...state, phase: 'armed', run: null }, note, fellBack: false };
  }
  const holding: TriggerState = { ...state, phase: 'holding', run };
  if (reachedByLowerLimit(rung, run, view.readings)) {
    return { kind: 'passed_over', state: holding, run, reason: 'limit_fell' };
  }
  if (view.counter && isNearEnd(run, view.periodEnd)) {
    return { kind: 'passed_over', state: holding, run, reason: 'near_period_end' };
  }
  if (view.settling || !hasHeld(run, rung.heldFor)) return { kind: 'holding', state: holding, run };
  return { kind: 'ready', state: holding, run };
}

/** An end before the run belongs to an older period: billing has not told us of the new one yet. */
function isNearEnd(run: Run, periodEnd: Iso): boolean {
  const left = msBetween(run.since, periodEnd);
  return left >= 0 && left < WORTH_LEFT_MS;
}

/** A fall must last as long as a climb: one low misreading must not make the same level fire again. */
function rearm(rung: Omit<Rung, 'trigger'>, state: TriggerState, view: RungView): RungOutcome {
  const run = continueRun(runBelow(view.readings, rung.rearmBelow), state.run, view.readings);
  if (!hasHeld(run, rung.heldFor)) return { kind: 'tripped', state: { ...state, run } };
  const fellBack = state.phase === 'tripped' && state.trips.at(-1)?.fired === true;
  return { kind: 'armed', state: { ...state, phase: 'armed', run: null, note: null }, note: 'rearmed', fellBack };
}

/** With the limit of the reading before, the same use would not have reached the level: a downgrade, not growth. */
function reachedByLowerLimit(rung: Omit<Rung, 'trigger'>, run: Run, readings: SeenReading[]): boolean {
  const index = readings.findIndex((seen) => seen.observedAt === run.since);
  const first = readings[index];
  const before = readings.slice(0, Math.max(0, index)).findLast((seen) => !seen.stale);
  if (first?.limit == null || before === undefined) return false;
  if (before.limit === null) return true;
  return first.limit < before.limit && first.used / before.limit < rung.level - EPSILON;
}
