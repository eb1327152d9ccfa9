import { and, eq, gt, lte, sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { lock } from './locks.ts';
import { budget, connectionPause } from './schema/index.ts';
import type { Tx } from './transaction.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export type Permit =
  | { granted: true }
  | { granted: false /** Business time at which enough is free again. */; freeAt: Iso };

/**
 * Takes `count` calls of a vendor's hourly quota, or none: in no 60 minutes of the business clock are more than `limit`
 * taken. Calls are counted by the minute, so that up to a minute too many are counted, never too few.
 */
export async function takeHourly(
  tx: Tx,
  input: { connection: string; key: string; limit: number; count: number; now: Iso },
): Promise<Permit> {
  const { connection, key, limit, count, now } = input;
  if (count > limit) throw new Error(`${count} calls at once never fit ${connection}'s ${limit} an hour`);
  await lock(tx, { budgets: [`${connection}:${key}`] });
  const mine = and(eq(budget.connection, connection), eq(budget.key, key));
  const hourAgo = minuteOf(Date.parse(now) - HOUR_MS - MINUTE_MS);
  await tx.delete(budget).where(and(mine, lte(budget.minute, hourAgo)));
  const minutes = await tx
    .select()
    .from(budget)
    .where(and(mine, gt(budget.minute, hourAgo)))
    .orderBy(budget.minute);
  let used = minutes.reduce((sum, row) => sum + row.used, 0);
  if (used + count > limit) {
    for (const row of minutes) {
      used -= row.used;
      const freeAt = new Date(Date.parse(row.minute) + HOUR_MS + MINUTE_MS).toISOString();
      if (used + count <= limit) return { granted: false, freeAt };
    }
  }
  await tx
    .insert(budget)
    .values({ connection, key, minute: minuteOf(Date.parse(now)), used: count })
    .onConflictDoUpdate({
      target: [budget.connection, budget.key, budget.minute],
      set: { used: sql`${budget.used} + ${count}` },
    });
  return { granted: true };
}

/** A vendor said "not before": all workers wait. A shorter wait never cuts a longer one. */
export async function pauseUntil(tx: Tx, connection: string, wireUntil: number, reason: string): Promise<void> {
  await tx
    .insert(connectionPause)
    .values({ connection, wireUntil, reason })
    .onConflictDoUpdate({
      target: connectionPause.connection,
      set: { wireUntil, reason },
      setWhere: lte(connectionPause.wireUntil, wireUntil),
    });
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

export async function clearPausedUntil(tx: Tx, connection: string): Promise<void> {
  await tx.delete(connectionPause).where(eq(connectionPause.connection, connection));
}

function minuteOf(ms: number): Iso {
  return new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString();
}
