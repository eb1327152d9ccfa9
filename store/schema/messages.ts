import { sql } from 'drizzle-orm';
import { bigserial, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Json } from '../../domain/model.ts';
import { iso, json, wireMs } from './columns.ts';

/** Vendor events as verified, taken in once, worked off in order per object. */
export const inbox = pgTable(
  'inbox',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    source: text().notNull(),
    eventId: text().notNull(),
    type: text().notNull(),
    object: text().notNull(),
    occurredAt: iso(),
    receivedAt: iso().notNull(),
    wireReceivedAt: wireMs().notNull(),
    body: json().$type<Json>(),
    state: text().$type<'new' | 'taken' | 'done' | 'parked'>().notNull(),
    /** Not before: after a failure, or the end of a lease. */
    wireNextAt: wireMs().notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    doneAt: iso(),
    /** Why a person passed over it instead of having it handled. */
    skipped: text(),
  },
  (t) => [
    uniqueIndex().on(t.source, t.eventId),
    index('inbox_unfinished').on(t.source, t.object, t.id).where(sql`${t.state} <> 'done'`),
  ],
);

/** Messages to workflows, written in the transaction of the fact they speak of. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    kind: text().$type<'wake' | 'start_onboarding' | 'signal_trial' | 'signal_onboarding' | 'errand'>().notNull(),
    target: text().notNull(),
    body: json().$type<Json>(),
    createdAt: iso().notNull(),
    wireNextAt: wireMs().notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    wireSentAt: wireMs(),
  },
  (t) => [index('outbox_waiting').on(t.wireNextAt, t.id).where(sql`${t.wireSentAt} is null`)],
);
