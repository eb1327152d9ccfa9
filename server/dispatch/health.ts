import type { Deps } from '../../activities/deps.ts';
import { lookAtConnections } from '../../activities/health/look.ts';
import { addCalls, inTransaction } from '../../store/index.ts';
import { type Loop, startLoop } from './loop.ts';

const EVERY_MS = 10_000;

/** Writes down how this process's calls went. @param look also judges every connection: what a server does for all */
export function startHealth(deps: Deps, { look }: { look: boolean }): Loop {
  return startLoop('health', EVERY_MS, deps.log, async () => {
    const counted = deps.calls.drain();
    if (counted.length > 0) await inTransaction(deps.store, (tx) => addCalls(tx, counted, deps.wireNow()));
    if (look) await lookAtConnections(deps);
    return false;
  });
}
