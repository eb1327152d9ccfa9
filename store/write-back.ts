import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Cents, Iso } from '../domain/model.ts';
import { lock } from './locks.ts';
import { toIso } from './schema/columns.ts';
import type { Tx } from './transaction.ts';

export interface Outcome {
  id: string;
  name: 'Headroom Trigger' | 'Headroom Upgrade';
  account: string;
  product: string;
  trigger: string | null;
  acvCents: Cents | null;
  at: Iso;
}

interface OutcomeRow extends Record<string, unknown> {
  id: string;
  name: Outcome['name'];
  account: string;
  product: string;
  trigger: string | null;
  acv_cents: string | null;
  at: string;
}

/** Trigger events that ran and upgrades that stand, as the analytics tool should hear of them. */
const OUTCOMES = sql`
  (select id, 'Headroom Trigger' as name, account, product, trigger, null::bigint as acv_cents, received_at as at
     from trigger_event where mode = 'live' and status in ('claimed', 'folded', 'superseded', 'corrected', 'done')
   union all
   select id, 'Headroom Upgrade', account, product, null, acv_cents, at from upgrade where taken_back_at is null)`;

/**
 * The next batch for a usage source, oldest first: an earlier one that was assigned and has no end, else up to `limit`
 * new outcomes. Assigned for good, so that an outcome is never in two batches. Null: nothing to tell.
 */
export async function nextWriteBack(
  tx: Tx,
  input: { connection: string; limit: number; now: Iso },
): Promise<{ batch: string; outcomes: Outcome[] } | null> {
  const { connection, limit, now } = input;
  await lock(tx, { budgets: [`write_back:${connection}`] });
  const open = await tx.execute<{ batch: string }>(sql`
    select distinct batch from write_back w where connection = ${connection} and not exists (
      select from effect where key = w.batch and phase in ('confirmed', 'refused', 'withdrawn', 'unclear')) limit 1`);
  let batch = open.rows[0]?.batch ?? null;
  if (batch === null) {
    const id = `write_back:${connection}:${randomUUID()}`;
    const assigned = await tx.execute(sql`
      insert into write_back (connection, outcome_id, batch, at)
      select ${connection}, o.id, ${id}, ${now}::timestamptz from ${OUTCOMES} o
       where not exists (select from write_back w where w.connection = ${connection} and w.outcome_id = o.id)
       order by o.at, o.id limit ${limit}`);
    if ((assigned.rowCount ?? 0) === 0) return null;
    batch = id;
  }
  const rows = await tx.execute<OutcomeRow>(sql`
    select o.id, o.name, o.account, o.product, o.trigger, o.acv_cents::text, o.at::text
      from ${OUTCOMES} o join write_back w on w.outcome_id = o.id and w.connection = ${connection}
     where w.batch = ${batch} order by o.at, o.id`);
  const outcomes = rows.rows.map(({ acv_cents, at, ...row }) => ({
    ...row,
    acvCents: acv_cents === null ? null : Number(acv_cents),
    at: toIso(at),
  }));
  return { batch, outcomes };
}
