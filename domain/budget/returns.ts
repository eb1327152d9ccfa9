/**
 * When those come back who were sent away. One after the other, a little faster than the vendor takes them: the moment
 * it takes calls again there is always one who wants to make one, and however many wait, no more of them look at a time
 * than there would be work for.
 */
import type { Limit } from './types.ts';

/** More than the vendor takes, since some find all places taken again. */
const MORE = 1.25;
/** A look costs some 20 ms of CPU: where the vendor sets no limit, this does. */
const FASTEST_MS = 40;
/** Of a limit that is slower, the permit table knows more than we do. */
const SLOWEST_MS = 1_000;
export const SOONEST_MS = 250;

/** Wire time between two of them, for calls with these limits. */
export function returnsEveryMs(limits: readonly Limit[]): number {
  const paces = limits.map(({ window, max, cap }) => {
    if (window.kind !== 'rolling' || window.clock !== 'wire') return 0;
    return window.ms / Math.max(1, Math.min(max, cap ?? max)) / MORE;
  });
  return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, ...paces));
}

/** The next one's moment, after the one before. Wire time, like `now`. */
export function nextReturn(last: number, everyMs: number, now: number): number {
  return Math.max(now + SOONEST_MS, last + everyMs);
}
