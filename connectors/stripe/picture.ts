/** From Stripe's objects to our picture of a customer. Pure. */
import type { BilledInvoice, BillingCustomer, BillingTrial, UnnamedItem } from '../kit/capabilities.ts';
import { monthlyByItem, type Reductions } from './money.ts';
import type { PriceBook } from './price-book.ts';
import type { StripeCustomer, StripeInvoice, StripeItem, StripeSubscription } from './schemas.ts';

/** Marks a subscription as a trial of ours: it never changes a limit, a state or revenue. */
export const OFFER_METADATA = 'headroom_offer_id';
const LIMIT_PREFIX = 'limit_';

type PaidSubscription = BillingCustomer['subscriptions'][number];

export interface CustomerParts {
  customer: StripeCustomer;
  subscriptions: StripeSubscription[];
  openInvoices: StripeInvoice[];
}
export interface PictureContext {
  connection: string;
  accountKey: string;
  book: PriceBook;
  coupons: Reductions['coupons'];
  /** Vendor time in seconds since 1970. */
  now: number;
}

/** `subscriptions` come with the oldest and ended ones first, so that the current one of a product stands last. */
export function pictureOf(parts: CustomerParts, context: PictureContext): BillingCustomer {
  const { customer, openInvoices } = parts;
  const account = readPath(customer, context.accountKey);
  // Stripe lists the newest first: turned around, what began in the same second stays in order.
  const sorted = parts.subscriptions
    .toReversed()
    .sort((a, b) => Number(isOver(b)) - Number(isOver(a)) || a.created - b.created);
  return {
    customerId: customer.id,
    account,
    email: customer.email ?? null,
    subscriptions: sorted
      .filter((subscription) => !isTrialOfOurs(subscription))
      .flatMap((subscription) => paidSubscriptions(subscription, customer, account ?? '', context)),
    trials: sorted.filter(isTrialOfOurs).flatMap((subscription) => trialOf(subscription, context)),
    unnamed: sorted.filter(isLive).flatMap((subscription) => unnamedItems(subscription, customer, context)),
    overdueInvoices: openInvoices
      .filter((invoice) => isOverdue(invoice, context.now))
      .map((invoice) => ({
        id: invoice.id,
        amountCents: invoice.amount_remaining,
        dueAt: iso(invoice.due_date ?? invoice.created),
        ...madeBy(invoice),
      })),
  };
}

/**
 * One row for each configured product on the subscription; add-ons that config does not name count to the first. Rows
 * after the first carry the item in their id, for ids are unique.
 */
function paidSubscriptions(
  subscription: StripeSubscription,
  customer: StripeCustomer,
  account: string,
  context: PictureContext,
): PaidSubscription[] {
  const status = statusOf(subscription);
  if (status === null) return [];
  const monthly = monthlyByItem(subscription, { coupons: context.coupons, customer, now: context.now });
  const rows = new Map<string, PaidSubscription>();
  let addOnCents = 0;
  for (const item of subscription.items.data) {
    const cents = status === 'cancelled' ? 0 : (monthly.get(item.id) ?? 0);
    const name = context.book.planOf(item.price);
    const row = name && rows.get(name.product);
    if (row) row.mrrCents += cents;
    else if (name === null) addOnCents += cents;
    else {
      rows.set(name.product, {
        id: rows.size === 0 ? subscription.id : `${subscription.id}:${item.id}`,
        connection: context.connection,
        customerId: customer.id,
        itemId: item.id,
        account,
        product: name.product,
        plan: status === 'cancelled' ? null : name.plan,
        status,
        quantity: item.quantity ?? 1,
        mrrCents: cents,
        currency: subscription.currency,
        ...periodOf(item),
        contractLimits: { ...limitsOf(customer.metadata), ...limitsOf(subscription.metadata) },
        pendingChange: (subscription.pending_update?.subscription_items ?? []).length > 0,
      });
    }
  }
  const [first] = rows.values();
  if (first) first.mrrCents += addOnCents;
  return [...rows.values()];
}

function unnamedItems(
  subscription: StripeSubscription,
  customer: StripeCustomer,
  context: PictureContext,
): UnnamedItem[] {
  const items = subscription.items.data.filter((item) => context.book.planOf(item.price) === null);
  if (items.length === 0) return [];
  const monthly = monthlyByItem(subscription, { coupons: context.coupons, customer, now: context.now });
  return items.map(({ id, price }) => ({
    subscriptionId: subscription.id,
    itemId: id,
    price: price.lookup_key ?? price.id,
    mrrCents: monthly.get(id) ?? 0,
  }));
}

/** Null: never paid for (`incomplete`), so no subscription of ours yet. */
function statusOf(subscription: StripeSubscription): PaidSubscription['status'] | null {
  switch (subscription.status) {
    case 'canceled':
      return 'cancelled';
    case 'past_due':
    case 'unpaid':
      return 'past_due';
    case 'paused':
      return 'paused';
    case 'incomplete':
    case 'incomplete_expired':
      return null;
    default:
      // `active`, and `trialing` where it is the vendor's own trial of a new customer.
      return 'active';
  }
}

function trialOf(subscription: StripeSubscription, context: PictureContext): BillingTrial[] {
  const name = subscription.items.data.map((item) => context.book.planOf(item.price)).find((found) => found !== null);
  const end = subscription.trial_end ?? subscription.ended_at ?? subscription.created;
  if (!name) return [];
  const cutShort = subscription.status === 'canceled' && (subscription.ended_at ?? end) < end;
  return [
    {
      subscriptionId: subscription.id,
      offerId: subscription.metadata[OFFER_METADATA] ?? '',
      product: name.product,
      plan: name.plan,
      status: subscription.status === 'trialing' ? 'trialing' : cutShort ? 'cancelled' : 'ended',
      endsAt: iso(end),
    },
  ];
}

/** Stripe's id of a subscription from ours. */
export function stripeId(subscriptionId: string): string {
  return subscriptionId.split(':')[0] ?? subscriptionId;
}

export function isTrialOfOurs(subscription: StripeSubscription): boolean {
  return subscription.metadata[OFFER_METADATA] !== undefined;
}

/** Paid for, or a trial of ours that still runs. */
function isLive(subscription: StripeSubscription): boolean {
  if (isTrialOfOurs(subscription)) return subscription.status === 'trialing';
  const status = statusOf(subscription);
  return status !== null && status !== 'cancelled';
}

function isOver(subscription: StripeSubscription): boolean {
  return subscription.status === 'canceled';
}

/** Which subscription an invoice is for, and when a change of it made the invoice. */
export function madeBy(invoice: StripeInvoice): Pick<BilledInvoice, 'subscriptionId' | 'changeIssuedAt'> {
  return {
    subscriptionId: invoice.parent?.subscription_details?.subscription ?? null,
    // https://docs.stripe.com/api/invoices/object#invoice_object-billing_reason
    changeIssuedAt: invoice.billing_reason === 'subscription_update' ? iso(invoice.created) : null,
  };
}

/** Open is not yet overdue: past its date, or a charge was tried and failed. */
function isOverdue(invoice: StripeInvoice, now: number): boolean {
  if (invoice.amount_remaining <= 0) return false;
  return invoice.due_date !== null ? invoice.due_date < now : invoice.attempted;
}

/** A credit note over the whole sum makes an invoice `paid`, too, and brings nothing: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes */
export function invoiceState({
  status,
  total,
  pre_payment_credit_notes_amount: credited,
}: StripeInvoice): BilledInvoice['state'] {
  if (status === 'draft' || status === 'open') return 'open';
  return status === 'paid' && credited < total ? 'paid' : 'written_off';
}

/** Since 2025-03-31 the period stands on the item, not on the subscription. */
function periodOf(item: StripeItem) {
  return { periodStart: iso(item.current_period_start), periodEnd: iso(item.current_period_end) };
}

function limitsOf(metadata: Record<string, string>): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const limit = Number(value);
    if (key.startsWith(LIMIT_PREFIX) && value.trim() !== '' && limit > 0)
      limits[key.slice(LIMIT_PREFIX.length)] = limit;
  }
  return limits;
}

/** `metadata.account_id` of a customer; null when absent or empty. */
function readPath(customer: StripeCustomer, path: string): string | null {
  let value: unknown = customer;
  for (const part of path.split('.')) {
    // Any step may be missing: a record is only read where there is one.
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return typeof value === 'string' && value !== '' ? value : null;
}

export function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
