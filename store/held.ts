import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { recordAudit } from './audit.ts';
import { enqueueWakes } from './outbox.ts';
import { heldBatch, triggerEvent } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export type HeldBatch = typeof heldBatch.$inferSelect;

const DAY_MS = 86_400_000;

/** Keeps trigger events of one sweep back because they are unusually many. Events that a journey claimed already go on. */
export async function holdEvents(
  tx: Tx,
  batch: { id: string; connection: string; trips: number; median: number; eventIds: string[]; now: Iso },
): Promise<void> {
  const { id, connection, trips, median, eventIds, now } = batch;
  await tx
    .insert(heldBatch)
    .values({ id, connection, at: now, trips, median, state: 'held' })
    .onConflictDoUpdate({ target: heldBatch.id, set: { trips, median } });
  if (eventIds.length === 0) return;
  await tx
    .update(triggerEvent)
    .set({ status: 'held', heldBatchId: id, statusAt: now, reason: `${trips} at once, ${median} is usual` })
    .where(and(inArray(triggerEvent.id, eventIds), inArray(triggerEvent.status, ['open', 'held'])));
}

export async function listHeld(tx: Tx): Promise<HeldBatch[]> {
  return tx.select().from(heldBatch).where(eq(heldBatch.state, 'held')).orderBy(heldBatch.at);
}

/** A person looked: the batch's events run as if received now. @returns how many; null when no such batch is held */
export async function releaseHeld(
  tx: Tx,
  id: string,
  by: { actor: string; door: string; now: Iso },
): Promise<number | null> {
  const { actor, door, now } = by;
  const released = await tx
    .update(heldBatch)
    .set({ state: 'released', releasedAt: now, releasedBy: actor })
    .where(and(eq(heldBatch.id, id), eq(heldBatch.state, 'held')));
  if (released.rowCount === 0) return null;
  const events = await tx
    .update(triggerEvent)
    .set({ status: 'open', reason: null, statusAt: now, receivedAt: now })
    .where(and(eq(triggerEvent.heldBatchId, id), eq(triggerEvent.status, 'held')))
    .returning();
  await enqueueWakes(tx, events, { start: true, now });
  await recordAudit(tx, {
    at: now,
    actor,
    door,
    action: 'held_batch.released',
    subject: id,
    detail: { events: events.length },
  });
  return events.length;
}

/**
 * Lets events go that were recorded at first sight, the fullest meters first, at most `perDay` in any 24 hours. Their
 * age counts from now: nobody could have acted on them before.
 */
export async function releaseAtStart(tx: Tx, input: { perDay: number; now: Iso }): Promise<string[]> {
  const { perDay, now } = input;
  const dayAgo = new Date(Date.parse(now) - DAY_MS).toISOString();
  const today = await tx.$count(triggerEvent, sql`${triggerEvent.releasedAt} > ${dayAgo}`);
  if (today >= perDay) return [];
  const take = tx
    .select({ id: triggerEvent.id })
    .from(triggerEvent)
    .where(eq(triggerEvent.status, 'at_start'))
    .orderBy(sql`${triggerEvent.utilization} desc nulls last`, triggerEvent.id)
    .limit(perDay - today)
    .for('update', { skipLocked: true });
  // In a WITH the rows are taken once; as a plain subquery the planner may run it again and take more.
  const next = tx.$with('next').as(take);
  const events = await tx
    .with(next)
    .update(triggerEvent)
    .set({ status: 'open', statusAt: now, receivedAt: now, releasedAt: now })
    .where(inArray(triggerEvent.id, tx.select({ id: next.id }).from(next)))
    .returning();
  await enqueueWakes(tx, events, { start: true, now });
  return events.map((event) => event.id);
}
