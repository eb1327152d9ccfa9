import { isAlive } from '../../scripts/bootstrap/process.mjs';
import type { Child, Log } from './child.ts';

const POLL_MS = 250;
const RETRY_MS = 2_000;

export type SuperviseOptions<T extends Child> = {
  /** As people call it: PostgreSQL, Temporal. */
  name: string;
  child: T;
  /** Starts it again with the same data on the same port, which clients hold on to. */
  restart: (dead: T) => Promise<T>;
  log: Log;
};

export type Supervised<T extends Child> = {
  current: () => T;
  /** Ends the watch, then the child. */
  stop: () => Promise<void>;
};

/** Restarts a server that dies while we live, for as long as it takes. By polling: an adopted one is no child of ours. */
export function supervise<T extends Child>({ name, child, restart, log }: SuperviseOptions<T>): Supervised<T> {
  let current = child;
  const stopping = new AbortController();

  const watch = async () => {
    while (await pause(POLL_MS, stopping.signal)) {
      if (isAlive(current.pid)) continue;
      log(`${name} (process ${current.pid}) died; restarting it`);
      try {
        current = await restart(current);
      } catch (error) {
        log(`${name} did not come back, trying again: ${error instanceof Error ? error.message : String(error)}`);
        await pause(RETRY_MS, stopping.signal);
      }
    }
  };
  const watched = watch();

  return {
    current: () => current,
    stop: async () => {
      stopping.abort();
      await watched;
      await current.stop();
    },
  };
}

/** @returns false as soon as the signal aborts */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
