import { DAY_MS, msBetween } from '../time.ts';
import type { MeterMemory, SeenReading } from './types.ts';

/** So many changes of value must be known before a repeated value can be called odd. */
const CHANGES_NEEDED = 8;
/** A gauge that never goes down again is a count of something; only measured values waver. */
const TURNS_NEEDED = 3;
/** A run of equal values that chance would bring less often than this is a hung meter. */
const CHANCE = 0.03;
/** A measured value may come twice in a row by chance, however rarely it was seen to; a running count stands still never. */
const LEAST_CHANCE = { gauge: 0.1, counter: 0 };
/** How far a new period's count may stand above the old period's last one and still be that old count. */
const CARRIED_OVER = 1.05;

/**
 * Marks readings that only repeat an old value on a meter that otherwise never stands still: a hung meter. They are kept
 * and prove nothing. Of a run of equal values the first one still counts.
 */
export function markStale(recent: SeenReading[], closed: MeterMemory['closed'], counter: boolean): SeenReading[] {
  const repeats = counter || wavers(recent) ? repeatChance(recent, counter) : 1;
  return recent.map((seen, i) => {
    const stale = isHung(recent, i, repeats) || (counter && isCarriedOver(recent, i, closed));
    return stale === seen.stale ? seen : { ...seen, stale };
  });
}

/**
 * How often two readings in a row are equal; 1 where too little is known. A long hang is one oddity, not many, and the
 * one that is being judged is none yet.
 */
function repeatChance(recent: SeenReading[], counter: boolean): number {
  let changes = 0;
  let streaks = -1;
  for (let i = 1; i < recent.length; i++) {
    if (recent[i]?.used !== recent[i - 1]?.used) changes++;
    else if (recent[i - 1]?.used !== recent[i - 2]?.used) streaks++;
  }
  if (changes < CHANGES_NEEDED) return 1;
  const usual = Math.max(0, streaks) / (changes + Math.max(0, streaks));
  return Math.max(usual, counter ? LEAST_CHANCE.counter : LEAST_CHANCE.gauge);
}

function wavers(recent: SeenReading[]): boolean {
  let turns = 0;
  let direction = 0;
  for (let i = 1; i < recent.length; i++) {
    const step = Math.sign((recent[i]?.used ?? 0) - (recent[i - 1]?.used ?? 0));
    if (step !== 0 && direction !== 0 && step !== direction) turns++;
    if (step !== 0) direction = step;
  }
  return turns >= TURNS_NEEDED;
}

function isHung(recent: SeenReading[], index: number, repeats: number): boolean {
  const { used, limit } = recent[index] as SeenReading; // index comes from map over the same array
  // What cannot pass its limit stands still there.
  if (used === limit) return false;
  let first = index;
  while (first > 0 && recent[first - 1]?.used === used) first--;
  let last = index;
  while (recent[last + 1]?.used === used) last++;
  return index > first && repeats ** (last - first) < CHANCE;
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
