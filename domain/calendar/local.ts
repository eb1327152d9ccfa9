import type { Iso } from '../model.ts';
import { inZone, toUtcIso } from './zone.ts';

/** The local day as `YYYY-MM-DD`. */
export function localDay(at: Iso, zone: string): string {
  return inZone(at, zone).toFormat('yyyy-MM-dd');
}

/** As people read it: `3 Mar 2026, 14:05`. English, independent of the machine's locale. */
export function formatLocal(at: Iso, zone: string): string {
  return inZone(at, zone).setLocale('en').toFormat('d LLL yyyy, HH:mm');
}

/** `3 March 2026`. */
export function formatLocalDate(at: Iso, zone: string): string {
  return inZone(at, zone).setLocale('en').toFormat('d LLLL yyyy');
}

/** The same wall-clock time so many local days later: a day is not always 24 hours. */
export function addLocalDays(at: Iso, days: number, zone: string): Iso {
  return toUtcIso(inZone(at, zone).plus({ days }));
}

/** Midnight at the beginning of the local day (or the first moment of a day that has no midnight). */
export function startOfLocalDay(at: Iso, zone: string): Iso {
  return toUtcIso(inZone(at, zone).startOf('day'));
}
