import { bigserial, doublePrecision, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Forecast, Json, TriggerEvent, TriggerEventStatus, TriggerKind } from '../../domain/model.ts';
import { iso, json } from './columns.ts';

export const triggerEvent = pgTable(
  'trigger_event',
  {
    id: text().primaryKey(),
    account: text().notNull(),
    product: text().notNull(),
    metric: text(),
    trigger: text().notNull(),
    kind: text().$type<TriggerKind>().notNull(),
    play: text().notNull(),
    label: text(),
    occurredAt: iso().notNull(),
    receivedAt: iso().notNull(),
    used: doublePrecision().notNull(),
    limit: doublePrecision(),
    utilization: doublePrecision(),
    forecast: json().$type<Forecast>(),
    evidence: json().$type<TriggerEvent['evidence']>().notNull(),
    mode: text().$type<TriggerEvent['mode']>().notNull(),
    status: text().$type<TriggerEventStatus>().notNull(),
    reason: text(),
    statusAt: iso().notNull(),
    /** When a recorded or held event was let go; counts against the daily rate. */
    releasedAt: iso(),
    heldBatchId: text(),
  },
  (t) => [
    index().on(t.account, t.product, t.status),
    index().on(t.status, t.receivedAt),
    index().on(t.heldBatchId),
    index().on(t.releasedAt),
  ],
);

/** An unusual number of trips in one sweep, kept back until a person has looked. */
export const heldBatch = pgTable('held_batch', {
  id: text().primaryKey(),
  connection: text().notNull(),
  at: iso().notNull(),
  trips: integer().notNull(),
  median: doublePrecision().notNull(),
  state: text().$type<'held' | 'released'>().notNull(),
  releasedAt: iso(),
  releasedBy: text(),
});

/**
 * Every yes, no and not-yet, with its reason. `dedupe` folds repeats of the same answer into one row: `at` is the
 * first time, `lastAt` the latest.
 */
export const decision = pgTable(
  'decision',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    dedupe: text(),
    kind: text().$type<'near_miss' | 'send' | 'shadow' | 'wait' | 'suppress' | 'withdraw' | 'refuse'>().notNull(),
    account: text().notNull(),
    product: text(),
    metric: text(),
    trigger: text(),
    person: text(),
    journeyId: text(),
    triggerEventId: text(),
    effectKey: text(),
    operation: text(),
    reason: text().notNull(),
    detail: text(),
    until: iso(),
    numbers: json().$type<Record<string, Json>>(),
    at: iso().notNull(),
    lastAt: iso().notNull(),
  },
  (t) => [
    uniqueIndex().on(t.dedupe),
    index().on(t.account, t.at),
    index().on(t.triggerEventId),
    index().on(t.effectKey),
    index().on(t.kind, t.reason),
  ],
);
