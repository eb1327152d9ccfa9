import { and, desc, eq } from 'drizzle-orm';
import { type HealthRow, lockHealth, recordHealth, type Stamp } from './connections.ts';
import { connectionTransition, sweep } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/**
 * Takes down that a sweep was given up, and why. A connection that is paused has a reason already, and whoever lifts it
 * learns by the next sweep.
 */
export async function noteSweepFailed(tx: Tx, connection: string, detail: string, stamp: Stamp): Promise<void> {
  let before = await lockHealth(tx, connection, stamp);
  if (before.state === 'paused') return;
  if (before.reason === 'sweep_failed' && (await sweepFailure(tx, before)) === null) {
    // A sweep between the two has ended well, and nobody has looked since: this is another failure, not the same.
    await recordHealth(tx, before, { state: 'healthy', reason: null, detail: null, wireUntil: null }, stamp);
    before = await lockHealth(tx, connection, stamp);
  }
  await recordHealth(tx, before, { state: 'degraded', reason: 'sweep_failed', detail, wireUntil: null }, stamp);
}

/** Why the last sweep failed; null: none has failed since one ended well. */
export async function sweepFailure(tx: Tx, health: HealthRow): Promise<string | null> {
  const { connection } = health;
  const [row] = await tx.select().from(sweep).where(eq(sweep.connection, connection));
  const finished = row?.wireLastFinishedAt ?? Number.NEGATIVE_INFINITY;
  if (health.reason === 'sweep_failed') return health.wireSince >= finished ? health.detail : null;
  // Something else hides it now, such as a spent quota: it is still true.
  const [last] = await tx
    .select()
    .from(connectionTransition)
    .where(and(eq(connectionTransition.connection, connection), eq(connectionTransition.reason, 'sweep_failed')))
    .orderBy(desc(connectionTransition.id))
    .limit(1);
  return last && last.wireAt >= finished ? last.detail : null;
}
