import { DAY_MS, msBetween } from '../time.ts';
import type { MeterMemory, SeenReading } from './types.ts';

/** So many changes of value must be known before a repeated value can be called odd. */
const CHANGES_NEEDED = 8;
/** A meter whose values repeat more often than this just does not change often. */
const USUAL_REPEATS = 0.25;
/** A gauge may show the same value twice by chance; a running count hardly ever. */
const STREAK = { gauge: 3, counter: 2 };
/** How far a new period's count may stand above the old period's last one and still be that old count. */
const CARRIED_OVER = 1.05;

/**
 * Marks readings that only repeat an old value on a meter that otherwise never stands still: a hung meter. They are kept
 * and prove nothing. Of a run of equal values the first one still counts.
 */
export function markStale(recent: SeenReading[], closed: MeterMemory['closed'], counter: boolean): SeenReading[] {
  const restless = isRestless(recent);
  return recent.map((seen, i) => {
    const stale =
      (restless && isRepeated(recent, i, counter ? STREAK.counter : STREAK.gauge)) ||
      (counter && isCarriedOver(recent, i, closed));
    return stale === seen.stale ? seen : { ...seen, stale };
  });
}

function isRestless(recent: SeenReading[]): boolean {
  let changes = 0;
  let streaks = 0;
  for (let i = 1; i < recent.length; i++) {
    const same = recent[i]?.used === recent[i - 1]?.used;
    if (!same) changes++;
    // A long hang is one oddity, not many.
    else if (recent[i - 1]?.used !== recent[i - 2]?.used) streaks++;
  }
  return changes >= CHANGES_NEEDED && streaks <= USUAL_REPEATS * changes;
}

function isRepeated(recent: SeenReading[], index: number, streak: number): boolean {
  const { used } = recent[index] as SeenReading; // index comes from map over the same array
  let first = index;
  while (first > 0 && recent[first - 1]?.used === used) first--;
  let last = index;
  while (recent[last + 1]?.used === used) last++;
  return index > first && last - first + 1 >= streak;
}

/** The new period begins with the old one's last count: the meter did not notice the reset. */
function isCarriedOver(recent: SeenReading[], index: number, closed: MeterMemory['closed']): boolean {
  const seen = recent[index] as SeenReading; // index comes from map over the same array
  if (seen.periodStart === null || seen.used === 0) return false;
  const before = closed.at(-1);
  if (before === undefined || before.periodStart >= seen.periodStart) return false;
  const early = msBetween(seen.periodStart, seen.observedAt) < 5 * DAY_MS;
  if (!early || seen.used < before.used || seen.used > before.used * CARRIED_OVER) return false;
  // Once the count moves it is a real one, however high.
  return recent.every(
    (other) => other.periodStart !== seen.periodStart || other.used === seen.used || other.used < before.used,
  );
}
