import { and, eq, gte, sql } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { sweep, sweepRun } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export type SweepRow = typeof sweep.$inferSelect;

/** Somebody else sweeps this connection by now: what this sweep read must not be stored. */
export class LostLeaseError extends Error {
  constructor(connection: string, owner: string) {
    super(`${owner} no longer holds the sweep of ${connection}`);
    this.name = 'LostLeaseError';
  }
}

/**
 * Takes a connection's sweep, or prolongs it for its present owner.
 * @returns where the last one stopped; null while another owner's lease runs
 */
export async function takeSweepLease(
  tx: Tx,
  connection: string,
  owner: string,
  input: { now: Iso; wireNow: number; leaseMs: number },
): Promise<{ checkpoint: Json; firstSight: boolean } | null> {
  const wireLeaseUntil = input.wireNow + input.leaseMs;
  const [row] = await tx
    .insert(sweep)
    .values({ connection, leaseOwner: owner, wireLeaseUntil, lastStartedAt: input.now })
    .onConflictDoUpdate({
      target: sweep.connection,
      set: { leaseOwner: owner, wireLeaseUntil, lastStartedAt: input.now },
      setWhere: sql`${sweep.leaseOwner} is null or ${sweep.leaseOwner} = ${owner} or ${sweep.wireLeaseUntil} < ${input.wireNow}`,
    })
    .returning();
  return row ? { checkpoint: row.checkpoint, firstSight: row.lastFinishedAt === null } : null;
}

/**
 * Moves the checkpoint, in the transaction of the page it stands for.
 * @throws LostLeaseError
 */
export async function saveCheckpoint(
  tx: Tx,
  connection: string,
  owner: string,
  checkpoint: Json,
  wireLeaseUntil: number,
): Promise<void> {
  const result = await tx
    .update(sweep)
    .set({ checkpoint, wireLeaseUntil })
    .where(and(eq(sweep.connection, connection), eq(sweep.leaseOwner, owner)));
  if (result.rowCount === 0) throw new LostLeaseError(connection, owner);
}

/** Gives the lease back and keeps the counts of the sweep. */
export async function finishSweep(
  tx: Tx,
  connection: string,
  owner: string,
  input: { now: Iso; wireNow: number; readings: number; rejects: number; trips: number },
): Promise<void> {
  const { now, wireNow, readings, rejects, trips } = input;
  const result = await tx
    .update(sweep)
    .set({ leaseOwner: null, wireLeaseUntil: null, lastFinishedAt: now, wireLastFinishedAt: wireNow })
    .where(and(eq(sweep.connection, connection), eq(sweep.leaseOwner, owner)));
  if (result.rowCount === 0) throw new LostLeaseError(connection, owner);
  await tx.insert(sweepRun).values({ connection, at: now, readings, rejects, trips });
}

/** Gives the lease back without a finished sweep, as after a failure. */
export async function dropSweepLease(tx: Tx, connection: string, owner: string): Promise<void> {
  await tx
    .update(sweep)
    .set({ leaseOwner: null, wireLeaseUntil: null })
    .where(and(eq(sweep.connection, connection), eq(sweep.leaseOwner, owner)));
}

/** How many triggers a sweep of this connection trips as a rule; null without any sweep since then. */
export async function medianTrips(tx: Tx, connection: string, since: Iso): Promise<number | null> {
  const [row] = await tx
    .select({ median: sql<number | null>`percentile_cont(0.5) within group (order by ${sweepRun.trips})` })
    .from(sweepRun)
    .where(and(eq(sweepRun.connection, connection), gte(sweepRun.at, since)));
  return row?.median ?? null;
}

export async function listSweeps(tx: Tx): Promise<SweepRow[]> {
  return tx.select().from(sweep).orderBy(sweep.connection);
}
