/** Invoices: lines with real proration arithmetic, and what a charge of the customer's card leads to. */
import { sendEvent } from './events.ts';
import { lineObject } from './invoice-objects.ts';
import { accountOf, idOf, type StripeState } from './state.ts';
import type { WireInvoice, WireLine, WirePrice, WireSubscription } from './wire.ts';

export interface Change {
  itemId: string;
  price: WirePrice;
  quantity: number;
}

/** What one period of a price costs; usage is billed by another system of the world's company. */
export function amountOf(price: WirePrice, quantity: number): number {
  if (price.recurring?.usage_type === 'metered') return 0;
  const packages = price.transform_quantity ? Math.ceil(quantity / price.transform_quantity.divide_by) : quantity;
  return packages * (price.unit_amount ?? 0);
}

/** The share that percentage discounts of the subscription leave over. */
function discountFactor(state: StripeState, subscription: WireSubscription): number {
  return subscription.discounts.reduce((factor, reference) => {
    const coupon = state.coupons.get(idOf(state.discounts.get(idOf(reference))?.source.coupon ?? null));
    return factor * (1 - (coupon?.percent_off ?? 0) / 100);
  }, 1);
}

/**
 * The unused part of the old price back, the rest of the period at the new one: both by seconds
 * (https://docs.stripe.com/billing/subscriptions/prorations).
 */
export function prorationLines(
  state: StripeState,
  subscription: WireSubscription,
  changes: Change[],
  at: number,
): WireLine[] {
  const factor = discountFactor(state, subscription);
  return changes.flatMap((change) => {
    const item = subscription.items.data.find(({ id }) => id === change.itemId);
    if (!item || subscription.status === 'trialing') return [];
    const left = (item.current_period_end - at) / (item.current_period_end - item.current_period_start);
    const period = { start: at, end: item.current_period_end };
    const before = amountOf(item.price, item.quantity ?? 0) * factor;
    const after = amountOf(change.price, change.quantity) * factor;
    return [
      lineObject(state, subscription, item, item.price, item.quantity ?? 0, -Math.round(before * left), period, true),
      lineObject(state, subscription, item, change.price, change.quantity, Math.round(after * left), period, true),
    ];
  });
}

/** A whole period of each item, paid in advance. */
export function periodLines(state: StripeState, subscription: WireSubscription): WireLine[] {
  const factor = subscription.status === 'trialing' ? 0 : discountFactor(state, subscription);
  return subscription.items.data.map((item) => {
    const period = { start: item.current_period_start, end: item.current_period_end };
    const amount = Math.round(amountOf(item.price, item.quantity ?? 0) * factor);
    return lineObject(state, subscription, item, item.price, item.quantity ?? 0, amount, period, false);
  });
}

/** Makes an invoice part of the account and charges it. True when it is paid. */
export function collect(
  state: StripeState,
  subscription: WireSubscription,
  invoice: WireInvoice,
  quiet = false,
): boolean {
  state.invoices.set(invoice.id, invoice);
  subscription.latest_invoice = invoice.id;
  invoice.number = `HR-${String(state.invoices.size).padStart(4, '0')}`;
  invoice.status_transitions.finalized_at = state.seconds();
  const customer = state.customers.get(idOf(subscription.customer));
  // A credit stays with the customer as a balance.
  if (customer && invoice.total < 0) customer.balance += invoice.total;
  if (invoice.amount_due === 0 || state.cards.get(idOf(subscription.customer)) === 'ok') {
    settle(state, invoice, quiet);
    return true;
  }
  fail(state, invoice);
  return false;
}

/** `quiet`: history from before the hub looked. */
export function settle(state: StripeState, invoice: WireInvoice, quiet = false): void {
  invoice.status = 'paid';
  invoice.attempted = true;
  invoice.attempt_count += invoice.amount_due === 0 ? 0 : 1;
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.paid_at = state.seconds();
  if (!quiet) sendEvent(state, 'invoice.paid', invoice);
}

export function fail(state: StripeState, invoice: WireInvoice): void {
  invoice.status = 'open';
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.auto_advance = true;
  invoice.next_payment_attempt = state.seconds() + 3 * 86_400;
  sendEvent(state, 'invoice.payment_failed', invoice);
}

export function openInvoices(state: StripeState, account: string): WireInvoice[] {
  return [...state.invoices.values()].filter(
    (invoice) => invoice.status === 'open' && accountOf(state, idOf(invoice.customer)) === account,
  );
}
