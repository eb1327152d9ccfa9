import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

export interface Loop {
  /** There is work: look now, not at the next tick. */
  poke: () => void;
  stop: () => Promise<void>;
}

/**
 * Calls `turn` again and again: at once while it finds work, after a poke, else every `idleMs`. A turn that throws is
 * logged and tried again with a growing wait, since the store may be away for a while.
 */
export function startLoop(name: string, idleMs: number, log: Logger, turn: () => Promise<boolean>): Loop {
  const stopping = new AbortController();
  let wake = new AbortController();
  let poked = false;
  const rest = async (ms: number) => {
    if (poked || stopping.signal.aborted) return;
    wake = new AbortController();
    // Both ends of the wait are aborts: neither is an error here.
    await sleep(ms, undefined, { signal: AbortSignal.any([wake.signal, stopping.signal]) }).catch(() => undefined);
  };
  const done = (async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      poked = false;
      try {
        const busy = await turn();
        failures = 0;
        if (!busy) await rest(idleMs);
      } catch (error) {
        failures += 1;
        log.warn({ loop: name, err: error, failures }, `${name} failed; trying again`);
        await sleep(Math.min(5_000, 100 * 2 ** failures), undefined, { signal: stopping.signal }).catch(
          () => undefined,
        );
      }
    }
  })();
  return {
    poke: () => {
      poked = true;
      wake.abort();
    },
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
