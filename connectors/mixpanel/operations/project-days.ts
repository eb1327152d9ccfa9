/** Days and hours as Mixpanel buckets them: in the project's zone, as text. */
import { DateTime } from 'luxon';
import type { Iso } from '../../../domain/model.ts';

/** yyyy-mm-dd in the project's zone; sorts as text. */
export type Day = string;

function at(instant: Iso, zone: string): DateTime {
  const time = DateTime.fromISO(instant, { zone });
  if (!time.isValid) throw new RangeError(`not a time or zone: ${instant}, ${zone}`);
  return time;
}

export function dayOf(instant: Iso, zone: string): Day {
  return at(instant, zone).toFormat('yyyy-MM-dd');
}

/** The moment a day begins. Not always 00:00: some zones skip midnight when clocks change. */
export function startOfDay(day: Day, zone: string): Iso {
  return at(day, zone).startOf('day').toUTC().toISO() ?? day;
}

export function addDays(day: Day, days: number): Day {
  return at(day, 'UTC').plus({ days }).toFormat('yyyy-MM-dd');
}

/** Whole days from one to another; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** True when the instant is the first moment of its day: no hours are needed to cut the day. */
export function beginsDay(instant: Iso, zone: string): boolean {
  return at(instant, zone).toMillis() === at(instant, zone).startOf('day').toMillis();
}

/** The hour bucket from which a period counts: the nearest full hour, so the error is at most half an hour's use. */
export function nearestHour(instant: Iso, zone: string): string {
  return at(instant, zone).plus({ minutes: 30 }).startOf('hour').toFormat('yyyy-MM-dd HH:00:00');
}
