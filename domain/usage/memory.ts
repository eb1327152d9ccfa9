import type { Iso } from '../model.ts';
import { HOUR_MS, toMs, utcDay } from '../time.ts';
import type { DayBucket, MeterMemory, SeenReading, TriggerState } from './types.ts';

/** Newest readings kept one by one; older ones are kept one per slot, so that a sweep of any pace fits. */
const NEWEST = 24;
const OLDER = 24;
const SLOT_MS = 6 * HOUR_MS;
/** Long enough to know a peak that comes every month. */
const DAYS = 75;
const TRIPS = 12;
const BASIS = 40;

export function emptyMemory(): MeterMemory {
  return {
    version: 1,
    recent: [],
    days: [],
    states: {},
    limitState: null,
    limitHit: null,
    closed: [],
    planSince: null,
  };
}

export const ARMED: TriggerState = { phase: 'armed', run: null, trips: [], basis: [], note: null };

/** Puts a reading in its place by observedAt, in place of an earlier revision, and forgets what is too old. */
export function rememberReading(recent: SeenReading[], reading: SeenReading): SeenReading[] {
  const others = recent.filter((seen) => seen.observedAt !== reading.observedAt);
  const place = others.findLastIndex((seen) => seen.observedAt < reading.observedAt) + 1;
  return thin([...others.slice(0, place), reading, ...others.slice(place)]);
}

function thin(readings: SeenReading[]): SeenReading[] {
  if (readings.length <= NEWEST) return readings;
  const older = readings.slice(0, -NEWEST);
  const slot = (seen: SeenReading) => Math.floor(toMs(seen.observedAt) / SLOT_MS);
  const kept = older.filter((seen, i) => {
    const next = older[i + 1];
    return next === undefined || slot(next) !== slot(seen);
  });
  return [...kept.slice(-OLDER), ...readings.slice(-NEWEST)];
}

/** True when the reading is older than everything the meter still remembers: it can change no decision. */
export function isForgotten(recent: SeenReading[], observedAt: Iso): boolean {
  const oldest = recent[0];
  return recent.length >= NEWEST + OLDER && oldest !== undefined && observedAt < oldest.observedAt;
}

/**
 * The day's last reading, and its highest. A correction of that last reading replaces it. One from an unfinished bucket
 * never takes the place of a whole one: a source that tells both at every look would else leave no whole day behind.
 */
export function rememberDay(days: DayBucket[], reading: SeenReading): DayBucket[] {
  const day = utcDay(reading.observedAt);
  const before = days.find((bucket) => bucket.day === day);
  const whole = before?.partial === true && !reading.partial;
  const unfinished = before?.partial === false && reading.partial;
  if (before !== undefined && !whole && (unfinished || before.observedAt > reading.observedAt)) {
    if (reading.used <= before.high) return days;
    return days.map((bucket) => (bucket === before ? { ...before, high: reading.used } : bucket));
  }
  const corrected = before?.observedAt === reading.observedAt;
  const bucket: DayBucket = {
    day,
    observedAt: reading.observedAt,
    used: reading.used,
    high: corrected || before === undefined ? reading.used : Math.max(before.high, reading.used),
    periodStart: reading.periodStart,
    partial: reading.partial,
  };
  const others = days.filter((other) => other.day !== day);
  const place = others.findLastIndex((other) => other.day < day) + 1;
  return [...others.slice(0, place), bucket, ...others.slice(place)].slice(-DAYS);
}

export function withTrip(
  state: TriggerState,
  trip: { key: string; at: Iso; periodStart: Iso | null; fired: boolean },
  basis: Iso[],
): Pick<TriggerState, 'trips' | 'basis'> {
  return { trips: [...state.trips, trip].slice(-TRIPS), basis: basis.slice(-BASIS) };
}
