/** Arithmetic on ISO times that needs no zone; calendars live in domain/calendar. */
import type { Iso } from './model.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

export function toMs(at: Iso): number {
  return Date.parse(at);
}

/** Milliseconds from one moment to a later one; negative when it is earlier. */
export function msBetween(from: Iso, to: Iso): number {
  return Date.parse(to) - Date.parse(from);
}

/** The UTC day as `YYYY-MM-DD`. */
export function utcDay(at: Iso): string {
  return new Date(Date.parse(at)).toISOString().slice(0, 10);
}

/** One spelling for one moment, so that times compare as text. */
export function normalIso(at: Iso): Iso {
  return new Date(Date.parse(at)).toISOString();
}
