import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Iso, NearMiss, TriggerEvent, TriggerEventStatus } from '../domain/model.ts';
import { chunks, upsertRows } from './bulk.ts';
import { withdraw } from './effects/outcomes.ts';
import { lock } from './locks.ts';
import { enqueueWakes } from './outbox.ts';
import { decision, effect, journeyEvent, touch, triggerEvent } from './schema/index.ts';
import type { Tx } from './transaction.ts';

type TriggerEventRow = typeof triggerEvent.$inferSelect;

/**
 * Stores trigger events and, in the same transaction, the messages that start or wake their journeys (open ones only).
 * An id that is there already changes nothing.
 * @returns ids of the new ones
 */
export async function insertTriggerEvents(tx: Tx, events: TriggerEvent[], now: Iso): Promise<string[]> {
  const fresh: TriggerEventRow[] = [];
  for (const part of chunks([...events].sort((a, b) => (a.id < b.id ? -1 : 1)))) {
    const rows = part.map((event) => ({ ...event, statusAt: now }));
    fresh.push(...(await tx.insert(triggerEvent).values(rows).onConflictDoNothing().returning()));
  }
  await enqueueWakes(
    tx,
    fresh.filter((event) => event.status === 'open'),
    { start: true, now },
  );
  return fresh.map((event) => event.id);
}

/** Keeps what rules looked at and refused: one row a day for the same answer. */
export async function recordNearMisses(tx: Tx, misses: NearMiss[]): Promise<void> {
  const rows = misses.map((miss) => ({
    ...miss,
    kind: 'near_miss' as const,
    dedupe: [
      'near_miss',
      miss.account,
      miss.product,
      miss.metric,
      miss.trigger,
      miss.reason,
      miss.at.slice(0, 10),
    ].join(':'),
    lastAt: miss.at,
  }));
  await upsertRows(tx, decision, rows, { key: ['dedupe'], update: ['lastAt', 'numbers'] });
}

export interface ClaimEvents {
  account: string;
  product: string;
  journeyId: string;
  /** Token of this claim, as run id and activity id: asked again with it, the answer is the same. */
  claim: string;
  now: Iso;
}

/**
 * Gives a journey the open trigger events of its account and product, each to one journey and once, under the
 * account's lock, however often a wake is delivered. None: the run has nothing to do.
 */
export async function claimEvents(tx: Tx, input: ClaimEvents): Promise<TriggerEvent[]> {
  const { account, product, journeyId, claim, now } = input;
  await lock(tx, { accounts: [account] });
  const open = await tx
    .select({ id: triggerEvent.id })
    .from(triggerEvent)
    .where(and(eq(triggerEvent.account, account), eq(triggerEvent.product, product), eq(triggerEvent.status, 'open')))
    .orderBy(triggerEvent.id);
  if (open.length > 0) {
    const rows = open.map(({ id }) => ({ triggerEventId: id, journeyId, claim, claimedAt: now }));
    const taken = await tx.insert(journeyEvent).values(rows).onConflictDoNothing().returning();
    await markEvents(
      tx,
      taken.map((row) => row.triggerEventId),
      { status: 'claimed', reason: null, now },
    );
  }
  const claimed = await tx
    .select({ event: triggerEvent })
    .from(triggerEvent)
    .innerJoin(journeyEvent, eq(journeyEvent.triggerEventId, triggerEvent.id))
    .where(and(eq(journeyEvent.journeyId, journeyId), eq(journeyEvent.claim, claim)))
    .orderBy(triggerEvent.occurredAt, triggerEvent.id);
  return claimed.map((row) => toTriggerEvent(row.event));
}

/** Sets what became of trigger events: folded, superseded, expired, done, each with its reason. */
export async function markEvents(
  tx: Tx,
  ids: string[],
  input: { status: TriggerEventStatus; reason: string | null; now: Iso },
): Promise<void> {
  if (ids.length === 0) return;
  const { status, reason, now } = input;
  await tx.update(triggerEvent).set({ status, reason, statusAt: now }).where(inArray(triggerEvent.id, ids));
}

/**
 * The usage behind a trigger event was taken back. Under the account's lock: what is claimed and not begun to be sent
 * is withdrawn; without any touch the event becomes `withdrawn`, after one `corrected`. Its journey is woken.
 * @param input `onlyUntouched`: after a touch nothing changes, as when use merely fell again
 * @returns null when there is no such event, it had ended, or it stays
 */
export async function takeBackEvent(
  tx: Tx,
  id: string,
  input: { reason: string; now: Iso; wireNow: number; onlyUntouched?: boolean },
): Promise<'withdrawn' | 'corrected' | null> {
  const [seen] = await tx.select({ account: triggerEvent.account }).from(triggerEvent).where(eq(triggerEvent.id, id));
  if (!seen) return null;
  await lock(tx, { accounts: [seen.account] });
  const [event] = await tx.select().from(triggerEvent).where(eq(triggerEvent.id, id));
  if (!event || event.status === 'withdrawn' || event.status === 'corrected' || event.status === 'expired') return null;

  const touched = await tx.$count(
    touch,
    and(eq(touch.triggerEventId, id), inArray(touch.state, ['confirmed', 'unclear'])),
  );
  if (input.onlyUntouched && touched > 0) return null;
  const unsent = await tx
    .select({ key: effect.key })
    .from(effect)
    .where(and(eq(effect.triggerEventId, id), eq(effect.phase, 'claimed'), eq(effect.touch, true)))
    .orderBy(effect.key);
  for (const { key } of unsent) await withdraw(tx, key, input);
  const taken = await tx.$count(touch, and(eq(touch.triggerEventId, id), sql`${touch.state} <> 'released'`));
  const status = taken > 0 ? 'corrected' : 'withdrawn';
  await markEvents(tx, [id], { status, reason: input.reason, now: input.now });
  await enqueueWakes(tx, [event], { start: false, now: input.now });
  return status;
}

export async function readTriggerEvents(tx: Tx, ids: string[]): Promise<TriggerEvent[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .select()
    .from(triggerEvent)
    .where(inArray(triggerEvent.id, ids))
    .orderBy(triggerEvent.occurredAt);
  return rows.map(toTriggerEvent);
}

/** Newest first. @param filter `before`: occurredAt of the last one seen */
export async function listTriggerEvents(
  tx: Tx,
  filter: { account?: string; status?: TriggerEventStatus; trigger?: string; before?: Iso; limit?: number } = {},
): Promise<TriggerEvent[]> {
  const rows = await tx
    .select()
    .from(triggerEvent)
    .where(
      and(
        filter.account === undefined ? undefined : eq(triggerEvent.account, filter.account),
        filter.status === undefined ? undefined : eq(triggerEvent.status, filter.status),
        filter.trigger === undefined ? undefined : eq(triggerEvent.trigger, filter.trigger),
        filter.before === undefined ? undefined : lt(triggerEvent.occurredAt, filter.before),
      ),
    )
    .orderBy(desc(triggerEvent.occurredAt), triggerEvent.id)
    .limit(filter.limit ?? 100);
  return rows.map(toTriggerEvent);
}

export function toTriggerEvent(row: TriggerEventRow): TriggerEvent {
  const { statusAt: _s, releasedAt: _r, heldBatchId: _h, ...event } = row;
  return event;
}
