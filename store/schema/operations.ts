import { bigserial, boolean, doublePrecision, index, pgTable, text } from 'drizzle-orm/pg-core';
import type { PermitState } from '../../domain/budget/types.ts';
import type { Json } from '../../domain/model.ts';
import { iso, json, wireMs } from './columns.ts';

/** One row, written once: the business clock of this data directory. */
export const clock = pgTable('clock', {
  only: boolean().primaryKey().default(true),
  startedAt: iso().notNull(),
  epoch: iso().notNull(),
  scale: doublePrecision().notNull(),
});

/** Which slots of a connection's limits are taken, by whom and until when. One row, so that one lock orders all. */
export const permit = pgTable('permit', {
  connection: text().primaryKey(),
  state: json().$type<PermitState>().notNull(),
});

/** A vendor said "not before": all workers wait. */
export const connectionPause = pgTable('connection_pause', {
  connection: text().primaryKey(),
  wireUntil: wireMs().notNull(),
  reason: text().notNull(),
});

export const audit = pgTable(
  'audit',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: iso().notNull(),
    actor: text().notNull(),
    door: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    detail: json().$type<Json>(),
  },
  (t) => [index().on(t.at), index().on(t.subject)],
);

export const apiToken = pgTable('api_token', {
  hash: text().primaryKey(),
  name: text().notNull().unique(),
  role: text().$type<'product' | 'viewer' | 'am' | 'revops' | 'admin'>().notNull(),
  createdAt: iso().notNull(),
  revokedAt: iso(),
});

export const configVersion = pgTable('config_version', {
  number: bigserial({ mode: 'number' }).primaryKey(),
  hash: text().notNull(),
  content: json().$type<Json>(),
  appliedAt: iso().notNull(),
  appliedBy: text().notNull(),
});
