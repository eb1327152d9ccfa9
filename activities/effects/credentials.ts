import type { AuthenticationError } from '../../connectors/kit/errors.ts';
import type { Errand } from '../../domain/errand.ts';
import { errandWorkflowId } from '../../domain/workflow-ids.ts';
import { enqueue, inTransaction, listPauses, setPause } from '../../store/index.ts';
import type { Deps } from '../deps.ts';

const REASON = 'credentials refused';

/**
 * A vendor refuses our credentials: nothing more goes out on this connection until they work again, for which an errand
 * looks from now on. A pause that a person has set stays that person's: it must not end by itself.
 */
export async function pauseForCredentials(deps: Deps, connection: string, error: AuthenticationError): Promise<void> {
  deps.log.error(
    { connection, vendorCode: error.origin.vendorCode },
    `${connection}: ${error.message}. Renew its credentials; it is paused until they work`,
  );
  const now = deps.now();
  const by = { actor: 'headroom', door: 'worker', now, reason: `${REASON}: ${error.message}` };
  await inTransaction(deps.store, async (tx) => {
    const before = (await listPauses(tx)).find(({ scope, name }) => scope === 'connection' && name === connection);
    if (before && !isPausedForCredentials(before)) return;
    await setPause(tx, { scope: 'connection', name: connection }, by);
    if (before) return;
    const wireSince = deps.wireNow();
    const errand: Errand = { kind: 'check_credentials', connection, wireSince };
    const target = errandWorkflowId(`credentials:${connection}:${wireSince}`);
    await enqueue(tx, [{ kind: 'errand', target, body: errand }], now);
  });
}

export function isPausedForCredentials(pause: { reason: string; by: string }): boolean {
  return pause.by === 'headroom' && pause.reason.startsWith(REASON);
}
