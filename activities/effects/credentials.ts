import type { AuthenticationError } from '../../connectors/kit/errors.ts';
import { inTransaction, setPause } from '../../store/index.ts';
import type { Deps } from '../deps.ts';

const REASON = 'credentials refused';

/** A vendor refuses our credentials: nothing more goes out on this connection until they work again (upkeep asks). */
export async function pauseForCredentials(deps: Deps, connection: string, error: AuthenticationError): Promise<void> {
  deps.log.error(
    { connection, vendorCode: error.origin.vendorCode },
    `${connection}: ${error.message}. Renew its credentials; it is paused until they work`,
  );
  const by = { actor: 'headroom', door: 'worker', now: deps.now(), reason: `${REASON}: ${error.message}` };
  await inTransaction(deps.store, (tx) => setPause(tx, { scope: 'connection', name: connection }, by));
}

export function isPausedForCredentials(pause: { reason: string; by: string }): boolean {
  return pause.by === 'headroom' && pause.reason.startsWith(REASON);
}
