import { and, eq, gt, lte, sql } from 'drizzle-orm';
import { grantPermits } from '../domain/budget/grant.ts';
import { type Answer, type Ask, NO_PERMITS, type PermitState } from '../domain/budget/types.ts';
import { type BusinessClock, businessNow, wireTime } from '../domain/clock.ts';
import { connectionPause, permit } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface PermitAnswer extends Answer {
  /** The vendor wants no call of this connection before then: nothing was granted. */
  paused: { wireUntil: number; reason: string } | null;
}

/**
 * Gives back, asks and hears in one go, for one process. The clock is PostgreSQL's: machines may differ.
 * It is read before the row's lock is waited for; too early is the safe side, since windows then end later.
 */
export async function askPermits(tx: Tx, connection: string, clock: BusinessClock, ask: Ask): Promise<PermitAnswer> {
  const row = (await lockPermits(tx, connection)) ?? (await makePermits(tx, connection));
  const wire = Number(row.wireNow);
  const paused = row.wireUntil !== null && Number(row.wireUntil) > wire;
  const now = { wire, business: Date.parse(businessNow(clock, wire)), scale: clock.scale };
  const { state, answer } = grantPermits(row.state, paused ? { ...ask, wants: [] } : ask, now);
  await tx.update(permit).set({ state }).where(eq(permit.connection, connection));
  if (answer.spent) {
    const { bucket, max, businessUntil } = answer.spent;
    const until = wireTime(clock, new Date(businessUntil).toISOString());
    await pauseUntil(tx, connection, Math.ceil(until), `the ${max} calls of its limit ${bucket} are used up`);
  }
  return { ...answer, paused: paused ? { wireUntil: Number(row.wireUntil), reason: row.reason ?? '' } : null };
}

interface PermitRow extends Record<string, unknown> {
  state: PermitState;
  wireNow: number;
  wireUntil: string | null;
  reason: string | null;
}

async function lockPermits(tx: Tx, connection: string): Promise<PermitRow | null> {
  const { rows } = await tx.execute<PermitRow>(sql`
    select p.state, extract(epoch from clock_timestamp()) * 1000 as "wireNow", c.wire_until as "wireUntil", c.reason
      from permit p left join connection_pause c on c.connection = p.connection
     where p.connection = ${connection} for no key update of p`);
  return rows[0] ?? null;
}

async function makePermits(tx: Tx, connection: string): Promise<PermitRow> {
  await tx.insert(permit).values({ connection, state: NO_PERMITS }).onConflictDoNothing();
  const row = await lockPermits(tx, connection);
  if (!row) throw new Error(`the permits of ${connection} were not stored`);
  return row;
}

/** A vendor said "not before": all workers wait, and are told at once. A shorter wait never cuts a longer one. */
export async function pauseUntil(tx: Tx, connection: string, wireUntil: number, reason: string): Promise<void> {
  await tx
    .insert(connectionPause)
    .values({ connection, wireUntil, reason })
    .onConflictDoUpdate({
      target: connectionPause.connection,
      set: { wireUntil, reason },
      setWhere: lte(connectionPause.wireUntil, wireUntil),
    });
  await tx.execute(sql`select pg_notify('headroom_pause', ${connection})`);
}

/** Until when a connection must not be called; null when it may be. */
export async function pausedUntil(
  tx: Tx,
  connection: string,
  wireNow: number,
): Promise<{ wireUntil: number; reason: string } | null> {
  const [row] = await tx
    .select({ wireUntil: connectionPause.wireUntil, reason: connectionPause.reason })
    .from(connectionPause)
    .where(and(eq(connectionPause.connection, connection), gt(connectionPause.wireUntil, wireNow)));
  return row ?? null;
}
