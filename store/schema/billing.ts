import { boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Subscription } from '../../domain/model.ts';
import { cents, iso, json } from './columns.ts';

/** Paid subscriptions only: what meters, ARR and upgrades are measured against. */
export const subscription = pgTable(
  'subscription',
  {
    id: text().primaryKey(),
    connection: text().notNull(),
    customerId: text().notNull(),
    itemId: text().notNull(),
    account: text().notNull(),
    product: text().notNull(),
    plan: text(),
    status: text().$type<Subscription['status']>().notNull(),
    quantity: integer().notNull(),
    mrrCents: cents().notNull(),
    currency: text().notNull(),
    periodStart: iso().notNull(),
    periodEnd: iso().notNull(),
    contractLimits: json().$type<Record<string, number>>().notNull(),
    pendingChange: boolean().notNull(),
    version: integer().notNull(),
    changedAt: iso().notNull(),
  },
  (t) => [index().on(t.account, t.product), index().on(t.connection, t.customerId)],
);

/** What a subscription was, at each change: readings are measured against the limits of their own moment. */
export const subscriptionHistory = pgTable(
  'subscription_history',
  {
    subscriptionId: text().notNull(),
    at: iso().notNull(),
    account: text().notNull(),
    product: text().notNull(),
    snapshot: json().$type<Subscription>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.subscriptionId, t.at] }), index().on(t.account, t.product, t.at)],
);

/** Subscriptions that our own trials made; they never change a limit or the revenue. */
export const trialSubscription = pgTable(
  'trial_subscription',
  {
    id: text().primaryKey(),
    connection: text().notNull(),
    customerId: text().notNull(),
    account: text().notNull(),
    offerId: text().notNull(),
    product: text().notNull(),
    plan: text().notNull(),
    status: text().$type<'trialing' | 'ended' | 'cancelled'>().notNull(),
    endsAt: iso().notNull(),
  },
  (t) => [index().on(t.account, t.product), index().on(t.connection, t.customerId)],
);

export const invoiceOverdue = pgTable(
  'invoice_overdue',
  {
    connection: text().notNull(),
    id: text().notNull(),
    customerId: text().notNull(),
    account: text().notNull(),
    amountCents: cents().notNull(),
    dueAt: iso().notNull(),
    /** The vendor's id; null where the invoice is for no subscription. */
    subscriptionId: text(),
    /** When a change of that subscription made it; null for renewals and others. */
    changeIssuedAt: iso(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.id] }), index().on(t.account), index().on(t.connection, t.customerId)],
);

export const cataloguePrice = pgTable(
  'catalogue_price',
  {
    connection: text().notNull(),
    product: text().notNull(),
    plan: text().notNull(),
    priceId: text().notNull(),
    unitCents: cents(),
    monthlyCents: cents(),
    readAt: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.product, t.plan] })],
);
