import { boolean, date, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { AccountPerson, Category, FactValue, Segment } from '../../domain/model.ts';
import { cents, iso, json, wireMs } from './columns.ts';

export const account = pgTable('account', {
  id: text().primaryKey(),
  name: text().notNull(),
  segment: text().$type<Segment>(),
  timezone: text(),
  test: boolean().notNull().default(false),
  ownerId: text(),
  csmId: text(),
  arrCents: cents(),
  renewalOn: date(),
  facts: json().$type<Record<string, FactValue>>().notNull().default({}),
  createdAt: iso().notNull(),
  updatedAt: iso().notNull(),
});

/** What each connection says about who is whom. `account` null: the vendor's record carries no account id of ours. */
export const accountLink = pgTable(
  'account_link',
  {
    connection: text().notNull(),
    externalId: text().notNull(),
    account: text(),
    label: text(),
    readAt: iso().notNull(),
    wireReadAt: wireMs().notNull(),
    /** Of the vendor's picture as it was taken in last: an equal one has nothing to tell. */
    fingerprint: text(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.externalId] }), index().on(t.account)],
);

export const person = pgTable('person', {
  key: text().primaryKey(),
  email: text().notNull(),
  name: text(),
  hardBouncedAt: iso(),
  updatedAt: iso().notNull(),
});

/** As each connection tells it: the CRM names the admin, billing its contact. */
export const accountPerson = pgTable(
  'account_person',
  {
    connection: text().notNull(),
    account: text().notNull(),
    person: text().notNull(),
    roles: text().array().$type<AccountPerson['roles']>().notNull(),
    externalId: text(),
    since: iso(),
  },
  (t) => [primaryKey({ columns: [t.account, t.person, t.connection] }), index().on(t.person), index().on(t.externalId)],
);

/** One row per source: an opt-out by our own link outlives a CRM that does not know of it. */
export const consent = pgTable(
  'consent',
  {
    person: text().notNull(),
    category: text().$type<Category>().notNull(),
    source: text().notNull(),
    optedOut: boolean().notNull(),
    at: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.person, t.category, t.source] })],
);

export const teamMember = pgTable(
  'team_member',
  {
    connection: text().notNull(),
    id: text().notNull(),
    email: text().notNull(),
    name: text(),
    active: boolean().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.id] }), index().on(t.email)],
);
