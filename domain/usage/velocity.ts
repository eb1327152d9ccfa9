import type { Trigger } from '../../config/schema/index.ts';
import { DAY_MS, toMs, WEEK_MS } from '../time.ts';
import type { Curve } from './curve.ts';
import { dailyUse, usedBetween } from './curve.ts';
import type { DayBucket } from './types.ts';

export type VelocityTrigger = Extract<Trigger, { when: 'velocity' }>;

/** A day counts as raised at this share of the growth asked for: a quarter more where 0.4 is asked for. */
const DAY_SHARE = 0.625;
/** Of seven days so many must be raised: a burst of three is none. */
const DAYS_OF_WEEK = 5;
/** The same days a month earlier, give or take: where a monthly peak would have been. */
const MONTH_DAYS = [28, 29, 30, 31, 32];

export type Velocity =
  | { kind: 'unknown' }
  | {
      kind: 'known';
      /** Last week against the mean week before. */
      ratio: number;
      week: number;
      base: number;
      raised: boolean;
      /** Why raised use is no acceleration; null when it is one, or when it is not raised at all. */
      reason: 'low_volume' | 'short_burst' | 'monthly_peak' | null;
    };

/**
 * Last week against the weeks before it, weekday against the same weekdays, up to the newest whole reading. With
 * `for: 2w` each of the last two weeks must have grown. Needs a history of `for` and `versus` together.
 */
export function measureVelocity(trigger: VelocityTrigger, curve: Curve, days: DayBucket[]): Velocity {
  const newest = days.findLast((day) => !day.partial);
  // A newest reading that the curve left out as a misreading says nothing about today.
  if (newest === undefined || curve.points.at(-1)?.at !== toMs(newest.observedAt)) return { kind: 'unknown' };
  const end = toMs(newest.observedAt);
  const grown = Math.max(1, Math.round(trigger.for / WEEK_MS));
  const compared = Math.max(1, Math.round(trigger.versus / WEEK_MS));
  const daily = dailyUse(curve, end, (grown + compared) * 7);
  if (daily === null) return { kind: 'unknown' };

  const before = daily.slice(grown * 7);
  const base = sum(before) / compared;
  const weeks = Array.from({ length: grown }, (_, w) => daily.slice(w * 7, w * 7 + 7));
  const ratios = weeks.map((week) => (base > 0 ? sum(week) / base : 0));
  const raised = ratios.every((ratio) => ratio >= 1 + trigger.growth);
  const found = {
    kind: 'known' as const,
    ratio: Math.min(...ratios),
    week: sum(daily.slice(0, 7)),
    base,
    raised,
  };
  if (!raised) return { ...found, reason: null };
  if (base < trigger.min_weekly) return { ...found, reason: 'low_volume' };
  const share = 1 + trigger.growth * DAY_SHARE;
  const lasting = weeks.every(
    (week) => week.filter((used, i) => used >= share * usual(before, i)).length >= DAYS_OF_WEEK,
  );
  if (!lasting) return { ...found, reason: 'short_burst' };
  return { ...found, reason: hadMonthlyPeak(curve, end, trigger.growth) ? 'monthly_peak' : null };
}

/** Mean of the same weekday in the weeks compared with. */
function usual(before: number[], day: number): number {
  const same = before.filter((_, i) => i % 7 === day % 7);
  return sum(same) / same.length;
}

/** A month ago a week stood out against the days before and after it just as much: then it comes every month. */
function hadMonthlyPeak(curve: Curve, end: number, growth: number): boolean {
  return MONTH_DAYS.some((daysAgo) => {
    const peakEnd = end - daysAgo * DAY_MS;
    const week = (shift: number) => usedBetween(curve, peakEnd + shift - WEEK_MS, peakEnd + shift);
    const peak = week(0);
    const around = [week(10 * DAY_MS), week(-10 * DAY_MS)].filter((used) => used !== null);
    return peak !== null && peak >= (1 + growth) * Math.max(...around);
  });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
