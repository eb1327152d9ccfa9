import { bigserial, boolean, doublePrecision, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Denominator, Json } from '../../domain/model.ts';
import type { MeterMemory } from '../../domain/usage/types.ts';
import { iso, json, packedJson, wireMs } from './columns.ts';

/** One plan-limited metric of one account and product. `memory` is the domain's own state. */
export const meter = pgTable(
  'meter',
  {
    account: text().notNull(),
    product: text().notNull(),
    metric: text().notNull(),
    used: doublePrecision().notNull(),
    /** Null: unlimited. */
    limit: doublePrecision(),
    utilization: doublePrecision(),
    periodStart: iso().notNull(),
    periodEnd: iso().notNull(),
    denominator: json().$type<Denominator>().notNull(),
    observedAt: iso().notNull(),
    receivedAt: iso().notNull(),
    memory: packedJson().$type<MeterMemory>().notNull(),
    /** A trigger waits for further readings: even an unchanged one is news. */
    holding: boolean().notNull(),
  },
  (t) => [primaryKey({ columns: [t.account, t.product, t.metric] })],
);

/** Partitioned by month of observed_at (the migration says so; Drizzle has no words for it). */
export const reading = pgTable(
  'reading',
  {
    source: text().notNull(),
    account: text().notNull(),
    product: text().notNull(),
    metric: text().notNull(),
    observedAt: iso().notNull(),
    revision: integer().notNull(),
    receivedAt: iso().notNull(),
    used: doublePrecision().notNull(),
    limit: doublePrecision(),
    /** False: the source did not tell a limit; with `limit` null and this true it is unlimited. */
    limitTold: boolean().notNull(),
    periodStart: iso(),
    periodEnd: iso(),
    partial: boolean().notNull(),
    sourceRowId: text(),
  },
  (t) => [
    primaryKey({ columns: [t.source, t.account, t.product, t.metric, t.observedAt, t.revision] }),
    index().on(t.account, t.product, t.metric, t.observedAt),
  ],
);

/** Source rows that could not be understood: they never fail a page. */
export const readingReject = pgTable(
  'reading_reject',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    source: text().notNull(),
    row: json().$type<Json>(),
    reason: text().notNull(),
    at: iso().notNull(),
  },
  (t) => [index().on(t.source, t.at)],
);

/** Where each connection's sweep stands, and who holds it. */
export const sweep = pgTable('sweep', {
  connection: text().primaryKey(),
  checkpoint: json().$type<Json>(),
  leaseOwner: text(),
  wireLeaseUntil: wireMs(),
  lastStartedAt: iso(),
  lastFinishedAt: iso(),
  wireLastFinishedAt: wireMs(),
});

export const sweepRun = pgTable(
  'sweep_run',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    connection: text().notNull(),
    at: iso().notNull(),
    readings: integer().notNull(),
    rejects: integer().notNull(),
    trips: integer().notNull(),
  },
  (t) => [index().on(t.connection, t.at)],
);
