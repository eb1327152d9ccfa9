import { and, asc, eq, inArray, lte, notInArray, sql } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { chunks } from './bulk.ts';
import { inbox } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface VendorEvent {
  /** The vendor's id of the event: taken in once per source. */
  id: string;
  type: string;
  /** Events of one object are handled one after another. */
  object: string;
  occurredAt: Iso | null;
  body: Json;
}

export type InboxRow = typeof inbox.$inferSelect;

/** Takes verified vendor events in; repeated ones are dropped. @returns how many were new */
export async function takeIn(
  tx: Tx,
  source: string,
  events: VendorEvent[],
  received: { now: Iso; wireNow: number },
): Promise<number> {
  let taken = 0;
  for (const part of chunks(events)) {
    const rows = part.map(({ id, ...event }) => ({
      ...event,
      eventId: id,
      source,
      receivedAt: received.now,
      wireReceivedAt: received.wireNow,
      wireNextAt: received.wireNow,
      state: 'new' as const,
    }));
    const result = await tx.insert(inbox).values(rows).onConflictDoNothing();
    taken += result.rowCount ?? 0;
  }
  if (taken > 0) await tx.execute(sql`select pg_notify('headroom_inbox', '')`);
  return taken;
}

/**
 * Takes up to `limit` events to handle, at most one per object and always its oldest unfinished one; a parked event
 * holds up its object only. Sources in `except` are passed over. Nobody else gets them before the lease ends; then call `inboxDone`, `inboxRetry` or `park`.
 */
export async function nextInbox(
  tx: Tx,
  limit: number,
  { wireNow, leaseMs, except = [] }: { wireNow: number; leaseMs: number; except?: string[] },
): Promise<InboxRow[]> {
  const take = tx
    .select({ id: inbox.id })
    .from(inbox)
    .where(
      and(
        inArray(inbox.state, ['new', 'taken']),
        lte(inbox.wireNextAt, wireNow),
        notInArray(inbox.source, except),
        sql`not exists (select from inbox earlier where earlier.source = ${inbox.source}
              and earlier.object = ${inbox.object} and earlier.id < ${inbox.id} and earlier.state <> 'done')`,
      ),
    )
    .orderBy(asc(inbox.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  // In a WITH the rows are taken once; as a plain subquery the planner may run it again and take more.
  const due = tx.$with('due').as(take);
  const rows = await tx
    .with(due)
    .update(inbox)
    .set({ state: 'taken', wireNextAt: wireNow + leaseMs, attempts: sql`${inbox.attempts} + 1` })
    .where(inArray(inbox.id, tx.select({ id: due.id }).from(due)))
    .returning();
  return rows.sort((a, b) => a.id - b.id);
}

export async function inboxDone(tx: Tx, id: number, now: Iso): Promise<void> {
  await tx.update(inbox).set({ state: 'done', doneAt: now, error: null }).where(eq(inbox.id, id));
}

/** Handling failed in a way that may pass. @param next `counts`: as one of the attempts after which it is parked */
export async function inboxRetry(
  tx: Tx,
  id: number,
  error: string,
  next: { wireNextAt: number; counts: boolean },
): Promise<void> {
  const attempts = next.counts ? inbox.attempts : sql`${inbox.attempts} - 1`;
  await tx
    .update(inbox)
    .set({ state: 'new', error, wireNextAt: next.wireNextAt, attempts: sql`${attempts}` })
    .where(eq(inbox.id, id));
}

/** Handling fails each time: kept with its error for a person; later events of its object wait. */
export async function park(tx: Tx, id: number, error: string): Promise<void> {
  await tx.update(inbox).set({ state: 'parked', error }).where(eq(inbox.id, id));
}

/** Gives a parked event another chance. @returns false when it is not parked */
export async function replay(tx: Tx, id: number, wireNow: number): Promise<boolean> {
  const result = await tx
    .update(inbox)
    .set({ state: 'new', wireNextAt: wireNow, attempts: 0 })
    .where(and(eq(inbox.id, id), eq(inbox.state, 'parked')));
  if (result.rowCount === 1) await tx.execute(sql`select pg_notify('headroom_inbox', '')`);
  return result.rowCount === 1;
}

/** A person decided that it need not be handled: later events of its object go on. @returns false when it is not parked */
export async function skip(tx: Tx, id: number, { reason, now }: { reason: string; now: Iso }): Promise<boolean> {
  const result = await tx
    .update(inbox)
    .set({ state: 'done', doneAt: now, skipped: reason })
    .where(and(eq(inbox.id, id), eq(inbox.state, 'parked')));
  if (result.rowCount === 1) await tx.execute(sql`select pg_notify('headroom_inbox', '')`);
  return result.rowCount === 1;
}

export async function findInbox(tx: Tx, id: number): Promise<InboxRow | null> {
  const [row] = await tx.select().from(inbox).where(eq(inbox.id, id));
  return row ?? null;
}

export interface ParkedFilter {
  source?: string;
  type?: string;
  object?: string;
}
/** `behind`: later events of its object, which wait for it. */
export type ParkedRow = InboxRow & { behind: number };

/** Oldest first: of each object at most one, since the next is taken only when it is done. */
export async function listParked(tx: Tx, limit = 200, filter: ParkedFilter = {}): Promise<ParkedRow[]> {
  const { source, type, object } = filter;
  const rows = await tx
    .select({
      row: inbox,
      // By name: among selected fields drizzle writes columns without their table, and both are inbox.
      behind: sql<number>`(select count(*)::int from inbox later where later.source = inbox.source
        and later.object = inbox.object and later.id > inbox.id and later.state <> 'done')`,
    })
    .from(inbox)
    .where(
      and(
        eq(inbox.state, 'parked'),
        source === undefined ? undefined : eq(inbox.source, source),
        type === undefined ? undefined : eq(inbox.type, type),
        object === undefined ? undefined : eq(inbox.object, object),
      ),
    )
    .orderBy(asc(inbox.id))
    .limit(limit);
  return rows.map(({ row, behind }) => ({ ...row, behind }));
}
