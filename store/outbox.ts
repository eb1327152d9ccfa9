import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { jsonText } from './schema/columns.ts';
import { effect, outbox } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/**
 * `wake`: tell a journey that the store has news; `start`: start it when it does not run. `signal_trial` and
 * `signal_onboarding` do the same for their workflows; `start_trial` and `start_onboarding` begin one, and `errand` one of
 * an errand's own.
 */
export type OutboxKind = 'wake' | 'start_trial' | 'start_onboarding' | 'signal_trial' | 'signal_onboarding' | 'errand';

export interface OutboxMessage {
  id: number;
  kind: OutboxKind;
  /** Id of the workflow. */
  target: string;
  body: Json;
  createdAt: Iso;
  attempts: number;
}

export type NewOutboxMessage = Pick<OutboxMessage, 'kind' | 'target' | 'body'>;

const BEFORE_LONG_MS = 5 * 60_000;

/** Puts messages beside the facts they speak of: both commit, or neither. Listeners hear of it after the commit. */
export async function enqueue(tx: Tx, messages: NewOutboxMessage[], now: Iso): Promise<void> {
  if (messages.length === 0) return;
  await tx.execute(sql`
    insert into ${outbox} (kind, target, body, created_at, wire_next_at)
    select kind, target, body, ${now}::timestamptz, 0
    from json_to_recordset(${jsonText(messages)}::json) as r(kind text, target text, body jsonb)`);
  await tx.execute(sql`select pg_notify('headroom_outbox', '')`);
}

/** Wakes the journey of each account and product. @param start also begins one where none runs (a new trigger event) */
export async function enqueueWakes(
  tx: Tx,
  subjects: { account: string; product: string }[],
  options: { start: boolean; now: Iso },
): Promise<void> {
  const byTarget = new Map(
    subjects.map(({ account, product }) => [`journey:${account}:${product}`, { account, product }]),
  );
  const messages = [...byTarget].map(([target, subject]) => {
    return { kind: 'wake' as const, target, body: { ...subject, start: options.start } };
  });
  await enqueue(tx, messages, options.now);
}

/**
 * Wakes the journeys whose next effect waits for a connection, who waited longest first, one every `everyMs` of wire
 * time: no faster than the vendor takes them. Who is about to be woken anyway is not woken twice.
 * @returns how many
 */
export async function wakeWaiting(
  tx: Tx,
  connection: string,
  { now, wireNow, everyMs, scale }: { now: Iso; wireNow: number; everyMs: number; scale: number },
): Promise<number> {
  const most = Math.ceil(BEFORE_LONG_MS / everyMs);
  const { rowCount } = await tx.execute(sql`
    insert into ${outbox} (kind, target, body, created_at, wire_next_at)
    select 'wake', target, jsonb_build_object('account', account, 'product', product, 'start', false),
           ${now}::timestamptz + (row_number() over w - 1) * ${everyMs * scale} * interval '1 millisecond',
           ${wireNow} + floor((row_number() over w - 1) * ${everyMs})
    from (
      select 'journey:' || account || ':' || product as target, account, product, min(claimed_at) as since
      from ${effect}
      where connection = ${connection} and phase = 'claimed' and journey_id is not null and product is not null
      group by account, product
      order by since limit ${most}
    ) as waiting
    where not exists (select from ${outbox} o where o.target = waiting.target and o.wire_sent_at is null)
    window w as (order by since)`);
  return rowCount ?? 0;
}

/**
 * Takes messages to send, oldest first; nobody else gets them before the lease ends. Send, then `markSent`.
 * A dispatcher that dies in between leaves them to be sent again: receivers must stand that.
 */
export async function claimOutbox(
  tx: Tx,
  limit: number,
  { wireNow, leaseMs }: { wireNow: number; leaseMs: number },
): Promise<OutboxMessage[]> {
  const take = tx
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(isNull(outbox.wireSentAt), lte(outbox.wireNextAt, wireNow)))
    .orderBy(asc(outbox.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  // In a WITH the rows are taken once; as a plain subquery the planner may run it again and take more.
  const due = tx.$with('due').as(take);
  const rows = await tx
    .with(due)
    .update(outbox)
    .set({ wireNextAt: wireNow + leaseMs, attempts: sql`${outbox.attempts} + 1` })
    .where(inArray(outbox.id, tx.select({ id: due.id }).from(due)))
    .returning();
  return rows
    .sort((a, b) => a.id - b.id)
    .map(({ id, kind, target, body, createdAt, attempts }) => ({ id, kind, target, body, createdAt, attempts }));
}

export async function markSent(tx: Tx, ids: number[], wireNow: number): Promise<void> {
  if (ids.length === 0) return;
  await tx.update(outbox).set({ wireSentAt: wireNow, error: null }).where(inArray(outbox.id, ids));
}

/** Keeps a message for later. */
export async function retryOutbox(tx: Tx, id: number, error: string, wireNextAt: number): Promise<void> {
  await tx
    .update(outbox)
    .set({ error, wireNextAt })
    .where(and(eq(outbox.id, id), isNull(outbox.wireSentAt)));
}

/** Deletes sent messages older than this. */
export async function forgetSent(tx: Tx, wireBefore: number): Promise<number> {
  const result = await tx.delete(outbox).where(lte(outbox.wireSentAt, wireBefore));
  return result.rowCount ?? 0;
}

/** Messages not sent yet, and since when the oldest waits (business time). */
export async function outboxBacklog(tx: Tx): Promise<{ waiting: number; oldest: Iso | null }> {
  const [row] = await tx
    .select({
      waiting: sql<number>`count(*)::int`,
      oldest: sql<Iso | null>`min(${outbox.createdAt})`.mapWith(outbox.createdAt),
    })
    .from(outbox)
    .where(isNull(outbox.wireSentAt));
  return { waiting: row?.waiting ?? 0, oldest: row?.oldest ?? null };
}
