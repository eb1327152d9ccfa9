import { clearPause, inTransaction, listPauses } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPausedForCredentials } from '../effects/credentials.ts';

const CHECK_MS = 10_000;

/** Connections that stand still because their credentials were refused: do they work again? */
export async function liftPauses(deps: Deps): Promise<string[]> {
  const pauses = await inTransaction(deps.store, (tx) => listPauses(tx));
  const lifted: string[] = [];
  for (const pause of pauses.filter((one) => one.scope === 'connection' && isPausedForCredentials(one))) {
    const check = deps.connections.get(pause.name)?.capabilities.check;
    if (!check) continue;
    try {
      await check({ signal: AbortSignal.timeout(CHECK_MS), deadline: performance.now() + CHECK_MS });
    } catch {
      continue;
    }
    const by = { actor: 'headroom', door: 'upkeep', now: deps.now() };
    await inTransaction(deps.store, (tx) => clearPause(tx, { scope: 'connection', name: pause.name }, by));
    lifted.push(pause.name);
  }
  return lifted;
}
