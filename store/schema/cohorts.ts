import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Json } from '../../domain/model.ts';
import { iso, json } from './columns.ts';

/** A group of users as a vendor pushes it; facts count its members by account. */
export const cohort = pgTable(
  'cohort',
  {
    connection: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    syncedAt: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.id] })],
);

export const cohortMember = pgTable(
  'cohort_member',
  {
    connection: text().notNull(),
    cohort: text().notNull(),
    member: text().notNull(),
    account: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.cohort, t.member, t.account] })],
);

/** Pages of a replacement that waits for the others of its session. */
export const cohortPage = pgTable(
  'cohort_page',
  {
    connection: text().notNull(),
    cohort: text().notNull(),
    session: text().notNull(),
    page: integer().notNull(),
    members: json().$type<Json>(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.cohort, t.session, t.page] })],
);
