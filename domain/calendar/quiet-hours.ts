import { DateTime } from 'luxon';
import type { IsSendingTime, NextSendingTime, QuietHours } from './types.ts';
import { inZone, minutesOfDay, toUtcIso } from './zone.ts';

const WEEKEND = [6, 7];

/** May a message leave at this moment, by the clock on the wall of that zone? `to` itself is allowed, `from` is not. */
export const isSendingTime: IsSendingTime = (at, quiet, zone) => isAllowed(inZone(at, zone), quiet);

/**
 * The first allowed moment from `at` on; `at` itself when it is allowed. A quiet end that falls into the hour that daylight
 * saving skips moves to the first moment after it.
 */
export const nextSendingTime: NextSendingTime = (at, quiet, zone) => {
  const local = inZone(at, zone);
  if (isAllowed(local, quiet)) return at;
  // Quiet hours never fill a whole week, so this ends.
  for (let day = 0; ; day++) {
    const starts = startsOfDay(local.plus({ days: day }), quiet);
    const next = starts.find((start) => start > local && isAllowed(start, quiet));
    if (next !== undefined) return toUtcIso(next);
  }
};

function isAllowed(local: DateTime, quiet: QuietHours): boolean {
  if (quiet.weekends && WEEKEND.includes(local.weekday)) return false;
  const from = minutesOfDay(quiet.from);
  const to = minutesOfDay(quiet.to);
  const now = local.hour * 60 + local.minute;
  if (from === to) return true;
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to;
  return !isQuiet;
}

/** Where an allowed stretch may begin on that day: at midnight (after a weekend) and at the end of the quiet hours. */
function startsOfDay(day: DateTime, quiet: QuietHours): DateTime[] {
  const to = minutesOfDay(quiet.to);
  return [day.startOf('day'), day.startOf('day').set({ hour: Math.floor(to / 60), minute: to % 60 })];
}

/** Checks that a zone is one that the calendar knows. */
export function isZone(zone: string): boolean {
  return DateTime.utc().setZone(zone).isValid;
}
