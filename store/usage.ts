import { inArray, sql } from 'drizzle-orm';
import type { Iso, Json, Reading } from '../domain/model.ts';
import type { Meter } from '../domain/usage/types.ts';
import { chunks, upsertRows } from './bulk.ts';
import { ensureReadingMonths } from './reading-months.ts';
import { jsonText, toIso } from './schema/columns.ts';
import { meter, readingReject, subscription } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** All meters of these accounts. */
export async function loadMeters(tx: Tx, accounts: string[]): Promise<Meter[]> {
  if (accounts.length === 0) return [];
  const rows = await tx
    .select()
    .from(meter)
    .where(inArray(meter.account, accounts))
    .orderBy(meter.account, meter.product, meter.metric);
  return rows.map(({ holding: _, ...row }) => row);
}

/** What must be known of a meter to tell whether a reading is news; its memory is left where it is. */
export type MeterHead = Pick<Meter, 'account' | 'product' | 'metric' | 'used' | 'observedAt' | 'periodStart'> & {
  /** Further readings are waited for, or the plan has changed since the last one. */
  eager: boolean;
};

export async function loadMeterHeads(tx: Tx, accounts: string[]): Promise<MeterHead[]> {
  if (accounts.length === 0) return [];
  const { account, product, metric, used, observedAt, periodStart, holding } = meter;
  return await tx
    .select({
      ...{ account, product, metric, used, observedAt, periodStart },
      eager: sql<boolean>`${holding} or exists (select from ${subscription} s where s.account = ${account}
        and s.product = ${product} and s.changed_at >= ${observedAt})`,
    })
    .from(meter)
    .where(inArray(account, accounts));
}

export async function saveMeters(tx: Tx, meters: Meter[]): Promise<void> {
  const rows = meters.map((one) => ({
    ...one,
    holding: Object.values(one.memory.states).some((state) => state.phase === 'holding'),
  }));
  await upsertRows(tx, meter, rows, {
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
      'holding',
    ],
  });
}

/**
 * Keeps readings. The same value for the same source, account, metric and observedAt is nothing new; another value is
 * the next revision, in the order given. @returns those that were new, in the order given
 */
export async function insertReadings(tx: Tx, readings: Reading[]): Promise<Reading[]> {
  await ensureReadingMonths(
    tx,
    readings.map((reading) => reading.observedAt),
  );
  const written = new Set<Reading>();
  for (const round of rounds(readings)) {
    for (const part of chunks(round)) for (const reading of await insertRound(tx, part)) written.add(reading);
  }
  return readings.filter((reading) => written.has(reading));
}

async function insertRound(tx: Tx, readings: Reading[]): Promise<Reading[]> {
  const rows = readings.map((r) => ({ ...r, limitTold: r.limit !== undefined, partial: r.partial === true }));
  const result = await tx.execute<{ account: string; product: string; metric: string; at: string }>(sql`
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
    on conflict do nothing
    returning account, product, metric, observed_at::text as at`);
  const inserted = new Set(result.rows.map((row) => keyOf({ ...row, observedAt: toIso(row.at) })));
  return readings.filter((reading) => inserted.has(keyOf({ ...reading, observedAt: toIso(reading.observedAt) })));
}

/** Within one round, which is of one source. */
function keyOf({
  account,
  product,
  metric,
  observedAt,
}: Pick<Reading, 'account' | 'product' | 'metric' | 'observedAt'>): string {
  return [account, product, metric, observedAt].join('\n');
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
