import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/** Asks again and again until the answer is neither a failure nor null nor undefined nor false. */
export async function eventually<T>(ask: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<NonNullable<T>> {
  const end = performance.now() + patienceMs;
  let failure: unknown = null;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      failure = null;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end)
      throw failure ?? new Error(`nothing came in ${patienceMs / 1_000} s of what ${ask.toString()} asks for`);
    await sleep(EVERY_MS);
  }
}
