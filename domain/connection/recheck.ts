import { HOUR_MS, MINUTE_MS } from '../time.ts';

/** A key that is renewed is mostly renewed soon: often at first, then less and less. */
const WAITS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS];
const LONGEST_MS = 6 * HOUR_MS;

/**
 * When refused credentials are tried next. Nothing has to be remembered for it but when they were refused.
 * @param sinceMs wire milliseconds since they were refused
 * @returns the same for the next check
 */
export function nextCheck(sinceMs: number): number {
  let at = 0;
  for (const wait of WAITS_MS) {
    at += wait;
    if (at > sinceMs) return at;
  }
  return at + (Math.floor((sinceMs - at) / LONGEST_MS) + 1) * LONGEST_MS;
}

/** The first check is not made before: whoever was refused a moment ago would be refused again. */
export const FIRST_CHECK_MS = nextCheck(0);
