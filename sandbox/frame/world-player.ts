import type { SandboxClock } from './clock.ts';
import { readNdjson } from './ndjson.ts';
import type { Scheduler } from './scheduler.ts';
import type { WorldRow } from './types.ts';

export interface WorldPlayer {
  /** Rows played so far. */
  played: () => number;
  /** Resolves at the end of the file, or when stopped; rejects when the file cannot be read. */
  done: Promise<void>;
  stop: () => void;
}

/**
 * Plays a usage file: each row at its `receivedAt` on the business clock. Resolves when the past is caught up with:
 * rows of the first moment are the seed, rows that are already due are applied at once.
 * @throws Error when that much of the file cannot be read
 */
export async function playWorld(input: {
  file: string;
  clock: SandboxClock;
  scheduler: Scheduler;
  apply: (row: WorldRow) => void;
}): Promise<WorldPlayer> {
  let count = 0;
  let stopped = false;
  let wake: () => void = () => undefined;
  let caughtUp: () => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    caughtUp = resolve;
    failed = reject;
  });

  const run = async () => {
    let first: string | null = null;
    for await (const value of readNdjson(input.file)) {
      // Rows are the generator's own; their shape is described in bench/worlds/README.md.
      const row = value as WorldRow;
      first ??= row.receivedAt;
      if (row.receivedAt !== first && input.clock.wireDelayUntil(row.receivedAt) > 0) {
        caughtUp();
        await new Promise<void>((resolve) => {
          wake = resolve;
          input.scheduler.at(row.receivedAt, resolve);
        });
      }
      if (stopped) return;
      input.apply(row);
      count += 1;
    }
  };
  const done = run();
  // Also keeps a failure after the start from counting as unhandled: the caller may look at `done` only much later.
  done.then(caughtUp, failed);
  await ready;
  return {
    played: () => count,
    done,
    stop: () => {
      stopped = true;
      wake();
    },
  };
}
