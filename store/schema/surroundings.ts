import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Outreach } from '../../domain/model.ts';
import { iso } from './columns.ts';

/**
 * What else goes on with an account: reasons for automation to keep quiet. One call or ticket may be about several
 * accounts, and stands with each.
 */
export const outreach = pgTable(
  'outreach',
  {
    connection: text().notNull(),
    externalId: text().notNull(),
    account: text().notNull(),
    by: text(),
    channel: text().$type<Outreach['channel']>().notNull(),
    at: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.externalId, t.account] }), index().on(t.account, t.at)],
);

export const ticket = pgTable(
  'ticket',
  {
    connection: text().notNull(),
    externalId: text().notNull(),
    account: text().notNull(),
    severe: boolean().notNull(),
    open: boolean().notNull(),
    subject: text(),
    at: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.externalId, t.account] }), index().on(t.account, t.open)],
);

export const incident = pgTable('incident', {
  id: text().primaryKey(),
  scope: text().notNull(),
  note: text(),
  startedAt: iso().notNull(),
  endedAt: iso(),
});

/** Takes effect at the next claim. */
export const pause = pgTable(
  'pause',
  {
    scope: text().$type<'all' | 'play' | 'connection'>().notNull(),
    /** Name of the play or connection; empty for `all`. */
    name: text().notNull(),
    reason: text().notNull(),
    by: text().notNull(),
    at: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.name] })],
);
