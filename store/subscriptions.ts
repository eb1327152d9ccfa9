import { and, asc, eq, gte, inArray, sql } from 'drizzle-orm';
import type { Cents, Iso, Subscription } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { cataloguePrice, subscription, subscriptionHistory } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Paid subscriptions of these accounts, cancelled ones too. */
export async function readSubscriptions(tx: Tx, accounts: string[]): Promise<Subscription[]> {
  if (accounts.length === 0) return [];
  return tx.select().from(subscription).where(inArray(subscription.account, accounts)).orderBy(asc(subscription.id));
}

export async function findSubscription(tx: Tx, id: string): Promise<Subscription | null> {
  const [row] = await tx.select().from(subscription).where(eq(subscription.id, id));
  return row ?? null;
}

/** The paid subscription that runs for an account's product; null when there is none. */
export async function findPaidSubscription(tx: Tx, account: string, product: string): Promise<Subscription | null> {
  const [row] = await tx
    .select()
    .from(subscription)
    .where(
      and(
        eq(subscription.account, account),
        eq(subscription.product, product),
        inArray(subscription.status, ['active', 'past_due']),
      ),
    )
    .orderBy(sql`${subscription.changedAt} desc`)
    .limit(1);
  return row ?? null;
}

export interface SubscriptionAt {
  /** From this moment on. */
  at: Iso;
  subscription: Subscription;
}

/**
 * What the subscriptions were over time, oldest first: everything since `since`, and the state that held then.
 * Readings are measured against the limits of their own moment.
 */
export async function readSubscriptionHistory(tx: Tx, accounts: string[], since: Iso): Promise<SubscriptionAt[]> {
  if (accounts.length === 0) return [];
  const heldThen = sql`${subscriptionHistory.at} = (select max(h.at) from subscription_history h
    where h.subscription_id = ${subscriptionHistory.subscriptionId} and h.at < ${since}::timestamptz)`;
  const rows = await tx
    .select()
    .from(subscriptionHistory)
    .where(
      and(inArray(subscriptionHistory.account, accounts), sql`(${gte(subscriptionHistory.at, since)} or ${heldThen})`),
    )
    .orderBy(asc(subscriptionHistory.at));
  return rows.map((row) => ({ at: row.at, subscription: row.snapshot }));
}

export interface CataloguePrice {
  product: string;
  plan: string;
  priceId: string;
  unitCents: Cents | null;
  monthlyCents: Cents | null;
}

export async function savePrices(tx: Tx, connection: string, prices: CataloguePrice[], now: Iso): Promise<void> {
  const rows = prices.map((price) => ({ ...price, connection, readAt: now }));
  await upsertRows(tx, cataloguePrice, rows, {
    key: ['connection', 'product', 'plan'],
    update: ['priceId', 'unitCents', 'monthlyCents', 'readAt'],
  });
}

export async function readPrices(tx: Tx, connection: string): Promise<CataloguePrice[]> {
  const rows = await tx.select().from(cataloguePrice).where(eq(cataloguePrice.connection, connection));
  return rows.map(({ connection: _c, readAt: _r, ...price }) => price);
}
