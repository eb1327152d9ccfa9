import type { Trigger } from '../../config/schema/index.ts';
import type { Iso } from '../model.ts';
import { DAY_MS, msBetween, toMs, WEEK_MS } from '../time.ts';
import type { Curve } from './curve.ts';
import { usedBetween } from './curve.ts';
import { hasHeld } from './runs.ts';
import type { LimitHit, Run, SeenReading } from './types.ts';

export type DeclineTrigger = Extract<Trigger, { when: 'decline_after_limit' }>;

/** A gauge must stay low this long where the trigger does not say; a counter's week is long enough by itself. */
const GAUGE_HOLD = { kind: 'duration', ms: DAY_MS } as const;
/** So soon after the limit, the week still consists of the days before it. */
const COUNTER_WAIT_MS = 2 * DAY_MS;
/** Of the last seven days so many must be low: a holiday of three is no cut. */
const LOW_DAYS = 5;

export interface Decline {
  /** Present use against the peak (gauge) or the week before the limit (counter). */
  ratio: number;
  run: Run;
  held: boolean;
}

/** The peak since the limit, robust against one high misreading: what two readings in a row both reached. */
export function peakSince(readings: SeenReading[], since: Iso): number {
  const honest = readings.filter((seen) => !seen.stale && !seen.partial && seen.observedAt >= since);
  let peak = 0;
  for (let i = 1; i < honest.length; i++) {
    peak = Math.max(peak, Math.min(honest[i]?.used ?? 0, honest[i - 1]?.used ?? 0));
  }
  return peak;
}

/** Has a gauge stayed at or below (1 − drop) of its peak? Null when it has not, or the limit lies too far back. */
export function gaugeDecline(trigger: DeclineTrigger, hit: LimitHit, readings: SeenReading[]): Decline | null {
  const bound = (1 - trigger.drop) * hit.peak;
  const run: SeenReading[] = [];
  for (const seen of readings.filter((one) => !one.stale && !one.partial).toReversed()) {
    if (seen.used > bound || seen.observedAt <= hit.at) break;
    run.unshift(seen);
  }
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return null;
  if (msBetween(hit.at, first.observedAt) > trigger.within) return null;
  const found: Run = { since: first.observedAt, until: last.observedAt, readings: run.length };
  return { ratio: last.used / hit.peak, run: found, held: hasHeld(found, trigger.held_for ?? GAUGE_HOLD) };
}

/** Has a counter's pace of the last week fallen against the week before the limit? A period reset changes neither. */
export function counterDecline(
  trigger: DeclineTrigger,
  hit: LimitHit,
  curve: Curve,
  newest: SeenReading,
  before: Run | null,
): Decline | null {
  const at = toMs(newest.observedAt);
  const sinceLimit = at - toMs(hit.at);
  if (hit.weekBefore <= 0 || sinceLimit < COUNTER_WAIT_MS || sinceLimit > trigger.within) return null;
  const week = usedBetween(curve, at - WEEK_MS, at);
  if (week === null || week > (1 - trigger.drop) * hit.weekBefore) return null;
  if (lowDays(curve, at, toMs(hit.at), 1 - trigger.drop) < LOW_DAYS) return null;
  const run: Run = {
    since: before?.since ?? newest.observedAt,
    until: newest.observedAt,
    readings: (before?.readings ?? 0) + 1,
  };
  return { ratio: week / hit.weekBefore, run, held: hasHeld(run, trigger.held_for) };
}

/** Days of the last seven that stayed below a share of the same weekday in the week before the limit was reached. */
function lowDays(curve: Curve, end: number, limitAt: number, share: number): number {
  let low = 0;
  for (let day = 0; day < 7; day++) {
    const to = end - day * DAY_MS;
    const weeks = Math.max(0, Math.ceil((to - limitAt) / WEEK_MS));
    const before = to - weeks * WEEK_MS;
    const used = usedBetween(curve, to - DAY_MS, to);
    const usual = usedBetween(curve, before - DAY_MS, before);
    if (used !== null && usual !== null && used <= share * usual) low++;
  }
  return low;
}
