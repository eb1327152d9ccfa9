import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Cents, Iso, Subscription } from '../domain/model.ts';
import { DELETED, fingerprint, linkAccounts } from './account-links.ts';
import { upsertRows } from './bulk.ts';
import { wakeRunning } from './journeys.ts';
import { lock } from './locks.ts';
import { accountLink, invoiceOverdue, subscription, subscriptionHistory, trialSubscription } from './schema/index.ts';
import { cancelled, followed, sameState } from './subscription-change.ts';
import type { Tx } from './transaction.ts';
import { besideUnnamed, type Unnamed } from './unnamed-items.ts';

export interface TrialSnapshot {
  subscriptionId: string;
  offerId: string;
  product: string;
  plan: string;
  status: 'trialing' | 'ended' | 'cancelled';
  endsAt: Iso;
}

/** A customer's whole billing picture at one moment, as the billing connector reads it. */
export interface BillingSnapshot {
  customerId: string;
  account: string | null;
  email: string | null;
  subscriptions: Omit<Subscription, 'version' | 'changedAt'>[];
  trials: TrialSnapshot[];
  unnamed: Unnamed[];
  overdueInvoices: {
    id: string;
    amountCents: Cents;
    dueAt: Iso;
    subscriptionId: string | null;
    changeIssuedAt: Iso | null;
  }[];
  /** At the vendor: the account has its last picture taken in, and no link any more. */
  deleted?: true;
}

export interface BillingChanges {
  /** True: a newer picture was stored already, this one changed nothing. */
  stale: boolean;
  /** Real changes of plan, price or quantity, each with a raised version. `before` null: a subscription first seen. */
  changes: { before: Subscription | null; after: Subscription }[];
  /** What stays as it was although the picture has no name for it. */
  kept: Subscription[];
  /** When the picture before this one was read; null when there was none. */
  unchangedAt: Iso | null;
  /** Trial subscriptions that are new or changed their state. */
  trials: { before: TrialSnapshot | null; after: TrialSnapshot }[];
}

const NOTHING: BillingChanges = { stale: false, changes: [], kept: [], unchangedAt: null, trials: [] };

/**
 * Stores a customer's billing picture under the account's lock and tells what really changed. Subscriptions that are
 * gone from it count as cancelled, unless they only have no name; a change that waits for payment is noted, not taken over.
 * @param read `readAt`, `wireReadAt`: when the picture was asked for, so that an older one never overwrites a newer one
 */
export async function applyBillingCustomer(
  tx: Tx,
  connection: string,
  snapshot: BillingSnapshot,
  read: { now: Iso; readAt: Iso; wireReadAt: number },
): Promise<BillingChanges> {
  const { customerId, account } = snapshot;
  const link = {
    connection,
    externalId: customerId,
    account: snapshot.deleted ? null : account,
    label: snapshot.email,
    fingerprint: snapshot.deleted ? DELETED : fingerprint(snapshot),
  };
  if (account === null) {
    await linkAccounts(tx, [link], { now: read.readAt, wireNow: read.wireReadAt });
    return NOTHING;
  }
  await lock(tx, { accounts: [account] });
  const [known] = await tx
    .select({ readAt: accountLink.readAt, wireReadAt: accountLink.wireReadAt })
    .from(accountLink)
    .where(and(eq(accountLink.connection, connection), eq(accountLink.externalId, customerId)));
  if (known && known.wireReadAt > read.wireReadAt) return { ...NOTHING, stale: true };
  await linkAccounts(tx, [link], { now: read.readAt, wireNow: read.wireReadAt });

  const { changes, kept } = await storeSubscriptions(tx, connection, snapshot, read.now);
  const trials = await storeTrials(tx, connection, account, snapshot);
  await storeOverdue(tx, connection, account, snapshot, read.now);
  return { stale: false, changes, kept, unchangedAt: known?.readAt ?? null, trials };
}

async function storeSubscriptions(
  tx: Tx,
  connection: string,
  snapshot: BillingSnapshot,
  now: Iso,
): Promise<Pick<BillingChanges, 'changes' | 'kept'>> {
  const stored = await tx
    .select()
    .from(subscription)
    .where(and(eq(subscription.connection, connection), eq(subscription.customerId, snapshot.customerId)));
  const before = new Map(stored.map((s) => [s.id, s]));
  const { seen, kept } = besideUnnamed(stored, snapshot);
  const present = new Set([...seen, ...kept].map((s) => s.id));
  const gone = stored.filter((s) => !present.has(s.id) && s.status !== 'cancelled').map((s) => cancelled(s, now));
  const next = [...seen.map((s) => followed(before.get(s.id) ?? null, s, now)), ...gone];
  const differing = next.filter((s) => !sameState(before.get(s.id) ?? null, s));

  await upsertRows(tx, subscription, differing, {
    key: ['id'],
    update: [
      'itemId',
      'account',
      'product',
      'plan',
      'status',
      'quantity',
      'mrrCents',
      'currency',
      'periodStart',
      'periodEnd',
      'contractLimits',
      'pendingChange',
      'version',
      'changedAt',
    ],
  });
  const history = differing.map((s) => {
    return { subscriptionId: s.id, at: now, account: s.account, product: s.product, snapshot: s };
  });
  await upsertRows(tx, subscriptionHistory, history, { key: ['subscriptionId', 'at'], update: ['snapshot'] });
  const changes = next
    .map((after) => ({ before: before.get(after.id) ?? null, after }))
    .filter((change) => change.before?.version !== change.after.version);
  return { changes, kept };
}

async function storeTrials(
  tx: Tx,
  connection: string,
  account: string,
  snapshot: BillingSnapshot,
): Promise<BillingChanges['trials']> {
  const stored = await tx
    .select()
    .from(trialSubscription)
    .where(and(eq(trialSubscription.connection, connection), eq(trialSubscription.customerId, snapshot.customerId)));
  const before = new Map(
    stored.map(({ id, offerId, product, plan, status, endsAt }) => {
      return [id, { subscriptionId: id, offerId, product, plan, status, endsAt }];
    }),
  );
  const present = new Set([...snapshot.trials, ...snapshot.unnamed].map((t) => t.subscriptionId));
  const gone = [...before.values()]
    .filter((t) => !present.has(t.subscriptionId) && t.status === 'trialing')
    .map((t) => ({ ...t, status: 'ended' as const }));
  const next = [...snapshot.trials, ...gone];
  const rows = next.map(({ subscriptionId: id, ...t }) => ({
    ...t,
    id,
    connection,
    customerId: snapshot.customerId,
    account,
  }));
  await upsertRows(tx, trialSubscription, rows, { key: ['id'], update: ['account', 'plan', 'status', 'endsAt'] });
  return next
    .map((after) => ({ before: before.get(after.subscriptionId) ?? null, after }))
    .filter((change) => change.before?.status !== change.after.status || change.before.endsAt !== change.after.endsAt);
}

async function storeOverdue(
  tx: Tx,
  connection: string,
  account: string,
  snapshot: BillingSnapshot,
  now: Iso,
): Promise<void> {
  const { customerId, overdueInvoices } = snapshot;
  const open = overdueInvoices.map((invoice) => invoice.id);
  const paid = await tx
    .delete(invoiceOverdue)
    .where(
      and(
        eq(invoiceOverdue.connection, connection),
        eq(invoiceOverdue.customerId, customerId),
        open.length === 0 ? sql`true` : notInArray(invoiceOverdue.id, open),
      ),
    )
    .returning({ id: invoiceOverdue.id });
  const rows = overdueInvoices.map((invoice) => ({ ...invoice, connection, customerId, account }));
  await upsertRows(tx, invoiceOverdue, rows, {
    key: ['connection', 'id'],
    update: ['amountCents', 'dueAt', 'account', 'subscriptionId', 'changeIssuedAt'],
  });
  if (paid.length > 0) await wakeRunning(tx, [account], now);
}
