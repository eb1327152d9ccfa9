import type { Call } from '../../kit/operation.ts';

const HOUR_MS = 3_600_000;

/** For what an administrator changes once in a while: read anew after an hour, and after a failure. */
export function hourly<T>(read: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  let kept: { value: T; at: number } | null = null;
  return async (call) => {
    if (kept !== null && performance.now() - kept.at < HOUR_MS) return kept.value;
    kept = { value: await read(call), at: performance.now() };
    return kept.value;
  };
}
