import { and, desc, eq, gte, lt, notInArray, sql } from 'drizzle-orm';
import { isTold, nextHealth } from '../domain/connection/transitions.ts';
import type { CallCounts, Health } from '../domain/connection/types.ts';
import type { Errand } from '../domain/errand.ts';
import type { Iso } from '../domain/model.ts';
import { errandWorkflowId } from '../domain/workflow-ids.ts';
import { enqueue } from './outbox.ts';
import { connectionCalls, connectionHealth, connectionTransition, expiryWarning } from './schema/index.ts';
import type { Tx } from './transaction.ts';

const MINUTE_MS = 60_000;
/** Rates are of so many minutes. */
const WINDOW = 5;
const TRANSITIONS_KEPT = 50;

export type HealthRow = typeof connectionHealth.$inferSelect;
export type TransitionRow = typeof connectionTransition.$inferSelect;

/** Adds what one process has counted. */
export async function addCalls(
  tx: Tx,
  counted: [connection: string, calls: CallCounts][],
  wireNow: number,
): Promise<void> {
  const wireMinute = minuteOf(wireNow);
  // In one order everywhere: two processes that add at once must not wait for each other.
  for (const [connection, calls] of counted.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    await tx
      .insert(connectionCalls)
      .values({ connection, wireMinute, ...calls })
      .onConflictDoUpdate({
        target: [connectionCalls.connection, connectionCalls.wireMinute],
        set: {
          ok: sql`${connectionCalls.ok} + ${calls.ok}`,
          failed: sql`${connectionCalls.failed} + ${calls.failed}`,
          limited: sql`${connectionCalls.limited} + ${calls.limited}`,
        },
      });
  }
  await tx.delete(connectionCalls).where(lt(connectionCalls.wireMinute, wireMinute - 2 * WINDOW * MINUTE_MS));
}

/** Of the last five minutes, by connection; those that were not called are missing. */
export async function recentCalls(tx: Tx, wireNow: number): Promise<Map<string, CallCounts>> {
  const rows = await tx
    .select({
      connection: connectionCalls.connection,
      ok: sql<number>`sum(${connectionCalls.ok})::int`,
      failed: sql<number>`sum(${connectionCalls.failed})::int`,
      limited: sql<number>`sum(${connectionCalls.limited})::int`,
    })
    .from(connectionCalls)
    .where(gte(connectionCalls.wireMinute, minuteOf(wireNow) - (WINDOW - 1) * MINUTE_MS))
    .groupBy(connectionCalls.connection);
  return new Map(rows.map(({ connection, ...calls }) => [connection, calls]));
}

export interface Stamp {
  now: Iso;
  wireNow: number;
}

/** The row of a connection, locked: of several servers that look at once, one writes a transition. */
export async function lockHealth(tx: Tx, connection: string, { now, wireNow }: Stamp): Promise<HealthRow> {
  await tx
    .insert(connectionHealth)
    .values({ connection, state: 'healthy', since: now, wireSince: wireNow })
    .onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(connectionHealth)
    .where(eq(connectionHealth.connection, connection))
    .for('no key update');
  if (!row) throw new Error(`the health of ${connection} was not stored`);
  return row;
}

/** Takes down how a connection is now. @returns the transition, or null where only words changed */
export async function recordHealth(
  tx: Tx,
  before: HealthRow,
  judged: Health,
  { now, wireNow }: Stamp,
): Promise<TransitionRow | null> {
  const { connection } = before;
  const { health, changed } = nextHealth(before, judged);
  const { state, reason, detail, wireUntil } = health;
  if (!changed && detail === before.detail && wireUntil === before.wireUntil) return null;
  await tx
    .update(connectionHealth)
    .set({ state, reason, detail, wireUntil, ...(changed ? { since: now, wireSince: wireNow } : {}) })
    .where(eq(connectionHealth.connection, connection));
  if (!changed) return null;
  const from = { fromState: before.state, fromReason: before.reason, wireFromSince: before.wireSince };
  const [made] = await tx
    .insert(connectionTransition)
    .values({ connection, at: now, wireAt: wireNow, ...from, state, reason, detail })
    .returning();
  const newest = tx
    .select({ id: connectionTransition.id })
    .from(connectionTransition)
    .where(eq(connectionTransition.connection, connection))
    .orderBy(desc(connectionTransition.id))
    .limit(TRANSITIONS_KEPT);
  await tx
    .delete(connectionTransition)
    .where(and(eq(connectionTransition.connection, connection), notInArray(connectionTransition.id, newest)));
  return made ?? null;
}

/** Sends somebody to tell the owner of the newest transition, where it is worth it and was not done. Under `lockHealth`. */
export async function tellIfDue(tx: Tx, connection: string, { now, wireNow }: Stamp): Promise<boolean> {
  const [last] = await listTransitions(tx, connection, 1);
  if (!last || last.told) return false;
  const about = last.reason ?? last.fromReason;
  const [earlier] =
    about === null
      ? []
      : await tx
          .select({ wireAt: connectionTransition.wireAt })
          .from(connectionTransition)
          .where(
            and(
              eq(connectionTransition.connection, connection),
              eq(connectionTransition.told, true),
              eq(connectionTransition.reason, about),
            ),
          )
          .orderBy(desc(connectionTransition.id))
          .limit(1);
  const before = { state: last.fromState, reason: last.fromReason };
  const word = { wireNow, began: last.wireAt, since: last.wireFromSince, lastTold: earlier?.wireAt ?? null };
  if (!isTold(before, last, word)) return false;
  await tx.update(connectionTransition).set({ told: true }).where(eq(connectionTransition.id, last.id));
  const errand: Errand = { kind: 'tell_transition', transition: last.id };
  const target = errandWorkflowId(`transition:${last.id}`);
  await enqueue(tx, [{ kind: 'errand', target, body: errand }], now);
  return true;
}

/** Sends somebody to warn the owner of a credential's end, once for each number of days. */
export async function warnOnce(
  tx: Tx,
  warning: { connection: string; secret: string; expiresAt: Iso; days: number },
  now: Iso,
): Promise<boolean> {
  const inserted = await tx
    .insert(expiryWarning)
    .values({ ...warning, at: now })
    .onConflictDoNothing();
  if (inserted.rowCount === 0) return false;
  const errand: Errand = { kind: 'tell_expiry', ...warning };
  const { connection, secret, expiresAt, days } = warning;
  const target = errandWorkflowId(['expiry', connection, secret, expiresAt.slice(0, 10), days].join(':'));
  await enqueue(tx, [{ kind: 'errand', target, body: errand }], now);
  return true;
}

export async function listHealth(tx: Tx): Promise<HealthRow[]> {
  return tx.select().from(connectionHealth).orderBy(connectionHealth.connection);
}

/** Newest first. */
export async function listTransitions(tx: Tx, connection: string, limit = TRANSITIONS_KEPT): Promise<TransitionRow[]> {
  return tx
    .select()
    .from(connectionTransition)
    .where(eq(connectionTransition.connection, connection))
    .orderBy(desc(connectionTransition.id))
    .limit(limit);
}

export async function findTransition(tx: Tx, id: number): Promise<TransitionRow | null> {
  const [row] = await tx.select().from(connectionTransition).where(eq(connectionTransition.id, id));
  return row ?? null;
}

function minuteOf(wireNow: number): number {
  return Math.floor(wireNow / MINUTE_MS) * MINUTE_MS;
}
