/** Days and hours as Mixpanel buckets them: in the project's zone, as text. */
import { DateTime } from 'luxon';
import type { Iso } from '../../../domain/model.ts';

/** yyyy-mm-dd in the project's zone; sorts as text. */
export type Day = string;

const REMEMBERED = 5_000;

/** Accounts share their days and billing instants: each is worked out once. */
function remembered<R>(work: (text: string, zone: string) => R): (text: string, zone: string) => R {
  const known = new Map<string, R>();
  return (text, zone) => {
    const key = `${zone} ${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= REMEMBERED) known.clear();
    const result = work(text, zone);
    known.set(key, result);
    return result;
  };
}

function at(instant: Iso, zone: string): DateTime {
  const time = DateTime.fromISO(instant, { zone });
  if (!time.isValid) throw new RangeError(`not a time or zone: ${instant}, ${zone}`);
  return time;
}

export const dayOf = remembered((instant: Iso, zone: string): Day => at(instant, zone).toFormat('yyyy-MM-dd'));

/** The moment a day begins. Not always 00:00: some zones skip midnight when clocks change. */
export const startOfDay = remembered(
  (day: Day, zone: string): Iso => at(day, zone).startOf('day').toUTC().toISO() ?? day,
);

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Whole days from one to another; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** True when the instant is the first moment of its day: no hours are needed to cut the day. */
export const beginsDay = remembered(
  (instant: Iso, zone: string): boolean => at(instant, zone).toMillis() === at(instant, zone).startOf('day').toMillis(),
);

/** The hour bucket from which a period counts: the nearest full hour, so the error is at most half an hour's use. */
export const nearestHour = remembered((instant: Iso, zone: string): string =>
  at(instant, zone).plus({ minutes: 30 }).startOf('hour').toFormat('yyyy-MM-dd HH:00:00'),
);
