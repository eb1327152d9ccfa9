import { WHAT_TO_DO } from '../../domain/connection/judge.ts';
import { SWEEP_ATTEMPTS } from '../../domain/time-limits.ts';
import { inTransaction, LostLeaseError, noteSweepFailed } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPermanent } from '../map-errors.ts';

/**
 * A sweep that ends without having read everything says so: in the log at each attempt, in `status` and to the owner when
 * it is given up. Without that only its silence would tell, hours later.
 * @param attempt Temporal's count, from 1
 */
export async function sweepFailed(deps: Deps, connection: string, error: unknown, attempt: number): Promise<void> {
  const line = { err: error, connection, attempt };
  if (error instanceof LostLeaseError) {
    deps.log.info(line, `${connection}: another sweep of it has taken over`);
    return;
  }
  const why = error instanceof Error ? error.message : String(error);
  if (attempt < SWEEP_ATTEMPTS && !isPermanent(error)) {
    deps.log.warn(line, `${connection}: its sweep failed and is tried again: ${why}`);
    return;
  }
  deps.log.error(line, `${connection}: its sweep failed: ${why}. ${WHAT_TO_DO.sweep_failed}`);
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  await inTransaction(deps.store, (tx) => noteSweepFailed(tx, connection, `its last sweep failed: ${why}`, stamp));
}
