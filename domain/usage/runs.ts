import type { HoldFor } from '../../config/schema/index.ts';
import { msBetween } from '../time.ts';
import type { Run, SeenReading } from './types.ts';

/** Ratios come from divisions: 0.8 may arrive as 0.79999999. */
export const EPSILON = 1e-9;

/** Share of the limit that is used; nothing of no limit. */
export function shareUsed({ utilization }: { utilization: number | null }): number {
  return utilization ?? 0;
}

/**
 * The newest unbroken run of readings at or above a level. Measured gauges waver by about a percent, so within a run a
 * reading may lie `slack` below the level; the run begins with one that does not, and its mean must reach the level.
 */
export function runAbove(readings: SeenReading[], level: number, slack: number): Run | null {
  const honest = readings.filter((seen) => !seen.stale);
  const run: SeenReading[] = [];
  for (const seen of honest.toReversed()) {
    if (shareUsed(seen) < level - slack - EPSILON) {
      // An unfinished bucket can only grow: being low says nothing yet.
      if (seen.partial) continue;
      break;
    }
    run.unshift(seen);
  }
  const first = run.findIndex((seen) => shareUsed(seen) >= level - EPSILON);
  if (first === -1) return null;
  const held = run.slice(first);
  const mean = held.reduce((sum, seen) => sum + shareUsed(seen), 0) / held.length;
  return mean >= level - EPSILON ? toRun(held) : null;
}

/** The newest unbroken run of readings below a level. An unfinished bucket may end it but is no part of it. */
export function runBelow(readings: SeenReading[], level: number): Run | null {
  const honest = readings.filter((seen) => !seen.stale);
  const run: SeenReading[] = [];
  for (const seen of honest.toReversed()) {
    if (seen.utilization === null || seen.utilization >= level - EPSILON) break;
    if (!seen.partial) run.unshift(seen);
  }
  return toRun(run);
}

/** Has the run lasted? A length of time takes at least two readings: one alone proves no duration. */
export function hasHeld(run: Run | null, heldFor: HoldFor | undefined): boolean {
  if (run === null) return false;
  if (heldFor === undefined) return true;
  if (heldFor.kind === 'readings') return run.readings >= heldFor.count;
  return msBetween(run.since, run.until) >= heldFor.ms && run.readings >= 2;
}

function toRun(readings: SeenReading[]): Run | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return null;
  return { since: first.observedAt, until: last.observedAt, readings: readings.length };
}

/**
 * A run keeps the beginning that was known before, when readings since then are no longer remembered one by one. A reading
 * that is remembered and stands between the two beginnings is one that ended the earlier run.
 */
export function continueRun(run: Run | null, before: Run | null, readings: SeenReading[]): Run | null {
  if (run === null || before === null || before.since >= run.since || before.until < run.since) return run;
  const ended = readings.some(
    (seen) => !seen.stale && !seen.partial && seen.observedAt >= before.since && seen.observedAt < run.since,
  );
  if (ended) return run;
  return { since: before.since, until: run.until, readings: Math.max(before.readings, run.readings) };
}
