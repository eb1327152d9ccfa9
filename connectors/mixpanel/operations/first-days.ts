/**
 * Billing periods begin at any moment, daily buckets at the project's midnight: the first day of a period is cut by
 * hours. One call of hours per metric and sweep reads the days on which periods began lately; sums that late data can
 * no longer change are kept.
 */
import type { FirstDays } from './checkpoint.ts';
import { isSettled } from './checkpoint.ts';
import { cutDay, type Period, sumFirstDay } from './period-sum.ts';
import { addDays, type Day, daysBetween } from './project-days.ts';

/** Hour buckets that one answer may hold: about 20 MB of JSON. */
const MAX_BUCKETS = 750_000;

/** The days to read by hour now; null when every first day is settled. Too many for one call: the newest or the oldest. */
export function hoursToRead(input: {
  periods: Map<string, Period>;
  known: FirstDays;
  zone: string;
  oldestFirst: boolean;
}): { from: Day; to: Day } | null {
  const { periods, known, zone, oldestFirst } = input;
  const days = new Set<Day>();
  for (const [account, period] of periods) {
    const entry = known[account];
    const day = cutDay(period, zone);
    if (day !== null && !(entry?.[0] === period.start && entry[2] === 1)) days.add(day);
  }
  const sorted = [...days].sort();
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest === undefined || newest === undefined) return null;
  const most = Math.max(1, Math.floor(MAX_BUCKETS / (24 * Math.max(1, periods.size))));
  if (daysBetween(oldest, newest) < most) return { from: oldest, to: newest };
  return oldestFirst
    ? { from: oldest, to: addDays(oldest, most - 1) }
    : { from: addDays(newest, 1 - most), to: newest };
}

/** First days as known after reading `hours` of the window; entries of periods that are over fall out. */
export function updateFirstDays(input: {
  periods: Map<string, Period>;
  known: FirstDays;
  window: { from: Day; to: Day } | null;
  hours: Record<string, Record<string, number>>;
  today: Day;
  zone: string;
}): FirstDays {
  const { periods, known, window, hours, today, zone } = input;
  const next: FirstDays = {};
  for (const [account, period] of periods) {
    const day = cutDay(period, zone);
    if (day === null) continue;
    const entry = known[account];
    if (window !== null && day >= window.from && day <= window.to) {
      next[account] = [period.start, sumFirstDay(period, hours[account] ?? {}, zone), isSettled(day, today)];
    } else if (entry?.[0] === period.start) next[account] = entry;
  }
  return next;
}
