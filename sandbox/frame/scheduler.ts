import type { Iso } from '../../domain/model.ts';
import type { SandboxClock } from './clock.ts';
import { createHeap } from './heap.ts';

interface Entry {
  at: Iso;
  order: number;
  run: () => void | Promise<void>;
}

/** setTimeout fires at once above this. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Runs things at business moments, in order, with one timer for all of them. */
export interface Scheduler {
  at: (when: Iso, run: () => void | Promise<void>) => void;
  waiting: () => number;
  stop: () => void;
}

export function createScheduler(clock: SandboxClock, log: (line: string) => void): Scheduler {
  const heap = createHeap<Entry>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  let timer: NodeJS.Timeout | null = null;
  let order = 0;
  let stopped = false;

  const start = (entry: Entry) => {
    Promise.resolve()
      .then(entry.run)
      .catch((error: unknown) =>
        log(`scheduled work failed: ${error instanceof Error ? error.message : String(error)}`),
      );
  };
  const arm = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const next = heap.peek();
    if (stopped || next === undefined) return;
    timer = setTimeout(runDue, Math.min(clock.wireDelayUntil(next.at), LONGEST_TIMER_MS));
  };
  function runDue() {
    for (let next = heap.peek(); next !== undefined && clock.wireDelayUntil(next.at) === 0; next = heap.peek()) {
      heap.pop();
      start(next);
    }
    arm();
  }

  return {
    at: (when, run) => {
      if (stopped) return;
      // One format for all, so that text order is time order.
      const entry = { at: new Date(when).toISOString(), order: order++, run };
      heap.push(entry);
      if (heap.peek() === entry) arm();
    },
    waiting: () => heap.size(),
    stop: () => {
      stopped = true;
      heap.clear();
      arm();
    },
  };
}
