import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/** Asks again and again until the answer is neither a failure nor null nor undefined nor false. */
export async function eventually<T>(ask: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> {
  const end = performance.now() + PATIENCE_MS;
  let failure: unknown = null;
  for (;;) {
    try {
      const answer = await ask();
      // Narrowed by hand: TypeScript excludes nothing from a type parameter.
      if (answer !== null && answer !== undefined && answer !== false) return answer as Exclude<NonNullable<T>, false>;
      failure = null;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end)
      throw failure ?? new Error(`nothing came in ${PATIENCE_MS / 1_000} s of what ${ask.toString()} asks for`);
    await sleep(EVERY_MS);
  }
}
