/** A counter's value within the account's own billing period, put together from Mixpanel's buckets. */
import type { Iso } from '../../../domain/model.ts';
import { addDays, beginsDay, type Day, dayOf, nearestHour, startOfDay } from './project-days.ts';

export interface Period {
  start: Iso;
  end: Iso;
}
export interface PeriodSum {
  observedAt: Iso;
  used: number;
  /** Holds today's unfinished bucket, or misses the period's first day: a lower bound. */
  partial: boolean;
}

/** The day of which only a part belongs to the period, so that its hours are needed; null when it starts at midnight. */
export function cutDay(period: Period, zone: string): Day | null {
  return beginsDay(period.start, zone) ? null : dayOf(period.start, zone);
}

/** What the first day adds from the period's start on. Bucket keys are `yyyy-mm-dd hh:mm:ss` in the project's zone. */
export function sumFirstDay(period: Period, hours: Record<string, number>, zone: string): number {
  const day = dayOf(period.start, zone);
  const from = nearestHour(period.start, zone);
  return sum(hours, (bucket) => {
    const hour = bucket.replace('T', ' ');
    return hour.startsWith(day) && hour >= from;
  });
}

/**
 * Up to two readings: the value at the last midnight, which no longer grows, and the value now with today's part.
 * `firstDay` null: the hours of the cut first day are not read yet, so both are lower bounds. In the gap between a
 * period's end and the news of the next one, whole days of the old period are summed and nothing after it.
 */
export function sumPeriod(input: {
  period: Period;
  days: Record<string, number>;
  firstDay: number | null;
  now: Iso;
  zone: string;
}): PeriodSum[] {
  const { period, days, firstDay, now, zone } = input;
  const cut = cutDay(period, zone);
  const first = cut === null ? dayOf(period.start, zone) : addDays(cut, 1);
  const incomplete = cut !== null && firstDay === null;
  const upTo = (last: Day) => sum(days, (day) => day >= first && day.slice(0, 10) <= last);
  if (Date.parse(now) >= Date.parse(period.end)) {
    const last = addDays(dayOf(period.end, zone), -1);
    const justBefore = new Date(Date.parse(period.end) - 1_000).toISOString();
    return [{ observedAt: justBefore, used: (firstDay ?? 0) + upTo(last), partial: true }];
  }
  const today = dayOf(now, zone);
  const midnight = startOfDay(today, zone);
  const current = { observedAt: now, used: (firstDay ?? 0) + upTo(today), partial: true };
  if (Date.parse(midnight) <= Date.parse(period.start)) return [current];
  return [{ observedAt: midnight, used: (firstDay ?? 0) + upTo(addDays(today, -1)), partial: incomplete }, current];
}

function sum(buckets: Record<string, number>, within: (bucket: string) => boolean): number {
  let total = 0;
  for (const [bucket, count] of Object.entries(buckets)) if (within(bucket)) total += count;
  return total;
}
