import { DateTime } from 'luxon';
import type { Iso } from '../model.ts';

/** A moment on the wall clock of a zone. An unknown zone is an error: guessing UTC would mail people at night. */
export function inZone(at: Iso, zone: string): DateTime {
  const local = DateTime.fromISO(at, { zone });
  if (!local.isValid)
    throw new RangeError(`not a time in a known zone: ${at} in ${zone} (${local.invalidExplanation})`);
  return local;
}

export function toUtcIso(local: DateTime): Iso {
  return new Date(local.toMillis()).toISOString();
}

/** `HH:MM` → minutes since midnight. */
export function minutesOfDay(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
