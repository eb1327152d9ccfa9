import { inArray, sql } from 'drizzle-orm';
import type { Iso, Json, Reading } from '../domain/model.ts';
import type { Meter } from '../domain/usage/types.ts';
import { chunks, upsertRows } from './bulk.ts';
import { ensureReadingMonths } from './reading-months.ts';
import { jsonText } from './schema/columns.ts';
import { meter, readingReject } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** All meters of these accounts. */
export async function loadMeters(tx: Tx, accounts: string[]): Promise<Meter[]> {
  if (accounts.length === 0) return [];
  return tx
    .select()
    .from(meter)
    .where(inArray(meter.account, accounts))
    .orderBy(meter.account, meter.product, meter.metric);
}

export async function saveMeters(tx: Tx, meters: Meter[]): Promise<void> {
  await upsertRows(tx, meter, meters, {
    key: ['account', 'product', 'metric'],
    update: [
      'used',
      'limit',
      'utilization',
      'periodStart',
      'periodEnd',
      'denominator',
      'observedAt',
      'receivedAt',
      'memory',
    ],
  });
}

/** Meters whose last reading is older than this: their source may have gone silent. */
export async function listStaleMeters(
  tx: Tx,
  before: Iso,
  limit = 500,
): Promise<Pick<Meter, 'account' | 'product' | 'metric' | 'observedAt'>[]> {
  return tx
    .select({ account: meter.account, product: meter.product, metric: meter.metric, observedAt: meter.observedAt })
    .from(meter)
    .where(sql`${meter.observedAt} < ${before}`)
    .orderBy(meter.observedAt)
    .limit(limit);
}

/**
 * Keeps readings. The same value for the same source, account, metric and observedAt is nothing new; another value is
 * the next revision, in the order given. @returns how many were new
 */
export async function insertReadings(tx: Tx, readings: Reading[]): Promise<number> {
  await ensureReadingMonths(
    tx,
    readings.map((reading) => reading.observedAt),
  );
  let written = 0;
  for (const round of rounds(readings)) {
    for (const part of chunks(round)) written += await insertRound(tx, part);
  }
  return written;
}

async function insertRound(tx: Tx, readings: Reading[]): Promise<number> {
  const rows = readings.map((r) => ({ ...r, limitTold: r.limit !== undefined, partial: r.partial === true }));
  const result = await tx.execute(sql`
    with news as (
      select * from json_to_recordset(${jsonText(rows)}::json) as r(source text, account text, product text, metric text,
        "observedAt" timestamptz, "receivedAt" timestamptz, used float8, "limit" float8, "limitTold" boolean,
        "periodStart" timestamptz, "periodEnd" timestamptz, partial boolean, id text)
    )
    insert into reading (source, account, product, metric, observed_at, revision, received_at, used, "limit", limit_told,
                         period_start, period_end, partial, source_row_id)
    select n.source, n.account, n.product, n.metric, n."observedAt", coalesce(last.revision, 0) + 1, n."receivedAt", n.used,
           n."limit", n."limitTold", n."periodStart", n."periodEnd", n.partial, n.id
      from news n
      left join lateral (
        select revision, used, "limit", partial from reading r
         where r.source = n.source and r.account = n.account and r.product = n.product and r.metric = n.metric
           and r.observed_at = n."observedAt"
         order by revision desc limit 1) last on true
     where last.revision is null or last.used <> n.used or last."limit" is distinct from n."limit" or last.partial <> n.partial
     order by n.source, n.account, n.product, n.metric, n."observedAt"
    on conflict do nothing`);
  return result.rowCount ?? 0;
}

/** Splits readings so that no round holds two values of one key: a later value must see the earlier one stored. */
function rounds(readings: Reading[]): Reading[][] {
  const seen = new Map<string, number>();
  const result: Reading[][] = [];
  for (const reading of readings) {
    const key = [reading.source, reading.account, reading.product, reading.metric, reading.observedAt].join('\n');
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    if (round === result.length) result.push([]);
    result[round]?.push(reading);
  }
  return result;
}

/** Rows that could not be understood, with the reason; they never fail a page. */
export async function insertRejects(
  tx: Tx,
  source: string,
  rejects: { row: Json; reason: string }[],
  at: Iso,
): Promise<void> {
  for (const part of chunks(rejects)) {
    await tx.insert(readingReject).values(part.map((reject) => ({ ...reject, source, at })));
  }
}
