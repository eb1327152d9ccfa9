/** A subscription's life: created, changed, renewed, tried out, ended. Each step is seen by webhooks and the ledger. */
import type { Json } from '../../../domain/model.ts';
import { quantityOf } from './catalogue.ts';
import { sendEntitlements, sendEvent } from './events.ts';
import { draftInvoice } from './invoice-objects.ts';
import { amountOf, type Change, collect, fail, periodLines, prorationLines } from './invoices.ts';
import { type NewSubscription, planObject, subscriptionObject } from './objects.ts';
import { cardDeclined, invalid } from './problem.ts';
import { accountOf, idOf, planOf, type StripeState } from './state.ts';
import type { WireSubscription } from './wire.ts';

/** Who wanted it. `seed`: so it was before the hub looked, and nobody is told. */
export type Cause = 'world' | 'customer' | 'hub' | 'seed';

export interface ChangeOptions {
  cause: Cause;
  /** Seconds since 1970: from when the new price counts. */
  at: number;
  proration: 'always_invoice' | 'create_prorations' | 'none';
  payment: 'allow_incomplete' | 'pending_if_incomplete' | 'error_if_incomplete';
  key?: string | null;
}

const DAY = 86_400;

export function createSubscription(
  state: StripeState,
  input: NewSubscription,
  { cause, key = null }: Pick<ChangeOptions, 'cause' | 'key'>,
): WireSubscription {
  const subscription = subscriptionObject(state, input);
  state.subscriptions.set(subscription.id, subscription);
  const name = planOf(state, subscription);
  const account = accountOf(state, input.customer);
  const offer = subscription.metadata.headroom_offer_id;
  if (name && account && offer === undefined && input.trialEnd === null) {
    state.paid.set(`${account}/${name.product}`, subscription.id);
  }
  const invoice = draftInvoice(state, subscription, 'subscription_create', periodLines(state, subscription));
  const paid = collect(state, subscription, invoice, cause === 'seed');
  if (!paid) subscription.status = 'incomplete';
  if (cause === 'seed') return subscription;
  sendEvent(state, 'customer.subscription.created', subscription);
  sendEntitlements(state, input.customer);
  // The world's own subscriptions begin and end as changes: what the hub makes and ends stands out in the ledger.
  const kind = cause === 'hub' ? 'subscription_created' : 'subscription_changed';
  note(state, kind, subscription, cause, key ?? offer ?? null, {
    status: subscription.status,
    offerId: offer ?? null,
    chargedCents: invoice.amount_paid,
    chargesAtTrialEnd: input.trialEnd !== null && !input.cancelAtPeriodEnd,
  });
  if (input.trialEnd !== null) watchTrial(state, subscription, input.trialEnd);
  return subscription;
}

/** Throws a 402 for `error_if_incomplete`; a change that waits for payment stands in `pending_update`. */
export function changeItems(
  state: StripeState,
  subscription: WireSubscription,
  changes: Change[],
  options: ChangeOptions,
): void {
  const before = planOf(state, subscription);
  const lines = options.proration === 'none' ? [] : prorationLines(state, subscription, changes, options.at);
  if (options.proration === 'always_invoice' && lines.length > 0) {
    const invoice = draftInvoice(state, subscription, 'subscription_update', lines);
    const declined = invoice.amount_due > 0 && state.cards.get(idOf(subscription.customer)) !== 'ok';
    if (declined && options.payment === 'error_if_incomplete') throw cardDeclined();
    if (declined && options.payment === 'pending_if_incomplete') {
      state.invoices.set(invoice.id, invoice);
      subscription.latest_invoice = invoice.id;
      fail(state, invoice);
      holdPending(state, subscription, changes);
      return;
    }
    collect(state, subscription, invoice);
  } else {
    state.pendingLines.set(subscription.id, [...(state.pendingLines.get(subscription.id) ?? []), ...lines]);
  }
  applyChanges(state, subscription, changes);
  told(state, subscription, before, options.cause, options.key ?? null);
}

function applyChanges(state: StripeState, subscription: WireSubscription, changes: Change[]): void {
  for (const { itemId, price, quantity } of changes) {
    const item = subscription.items.data.find(({ id }) => id === itemId);
    if (!item) throw invalid(`No such subscription item: '${itemId}'`, 'items[0][id]', 'resource_missing');
    item.price = price;
    item.plan = planObject(price);
    if (price.recurring?.usage_type === 'metered') delete item.quantity;
    else item.quantity = quantity;
  }
  state.changedAt.set(subscription.id, state.context.nowMs());
  // The company writes a contract's own limits onto the subscription; they end with the plan they were agreed for.
  for (const key of Object.keys(subscription.metadata)) if (key.startsWith('limit_')) delete subscription.metadata[key];
}

/** Pending updates expire 23 hours after they were asked for. */
function holdPending(state: StripeState, subscription: WireSubscription, changes: Change[]): void {
  const expires = state.seconds() + 23 * 3_600;
  subscription.pending_update = {
    billing_cycle_anchor: null,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: expires,
    metadata: null,
    subscription_items: subscription.items.data.map((item) => {
      const change = changes.find(({ itemId }) => itemId === item.id);
      return change ? { ...item, price: change.price, quantity: change.quantity } : item;
    }),
    trial_end: null,
    trial_from_plan: null,
  };
  sendEvent(state, 'customer.subscription.updated', subscription, { pending_update: null });
  const held = subscription.pending_update;
  state.context.at(isoOf(expires), () => {
    if (subscription.pending_update !== held) return;
    subscription.pending_update = null;
    const invoice = state.invoices.get(idOf(subscription.latest_invoice));
    if (invoice?.status === 'open') invoice.status = 'void';
    sendEvent(state, 'customer.subscription.pending_update_expired', subscription);
  });
}

/** The invoice of a pending update was paid. */
export function applyPending(state: StripeState, subscription: WireSubscription, cause: Cause): void {
  const pending = subscription.pending_update;
  if (!pending) return;
  const before = planOf(state, subscription);
  subscription.pending_update = null;
  const changes = (pending.subscription_items ?? []).map((item) => ({
    itemId: item.id,
    price: item.price,
    quantity: item.quantity ?? 1,
  }));
  applyChanges(state, subscription, changes);
  sendEvent(state, 'customer.subscription.pending_update_applied', subscription);
  told(state, subscription, before, cause, null);
}

function told(
  state: StripeState,
  subscription: WireSubscription,
  before: ReturnType<typeof planOf>,
  cause: Cause,
  key: string | null,
): void {
  sendEvent(state, 'customer.subscription.updated', subscription, { items: {} });
  sendEntitlements(state, idOf(subscription.customer));
  const after = planOf(state, subscription);
  note(state, 'subscription_changed', subscription, cause, key, {
    from: before?.plan ?? null,
    to: after?.plan ?? null,
  });
  const account = accountOf(state, idOf(subscription.customer));
  const ours = subscription.metadata.headroom_offer_id !== undefined;
  if (!account || !after || ours || before?.plan === after.plan || cause === 'seed') return;
  state.context.emit('billing.plan_changed', { account, ...after, cause, at: state.context.now() });
}

/** A new period, paid in advance, with what waited for this invoice. */
export function renew(
  state: StripeState,
  subscription: WireSubscription,
  period: { start: number; end: number },
): void {
  if (subscription.cancel_at_period_end) {
    endSubscription(state, subscription, 'world');
    return;
  }
  for (const item of subscription.items.data) {
    item.current_period_start = period.start;
    item.current_period_end = period.end;
  }
  const lines = [...(state.pendingLines.get(subscription.id) ?? []), ...periodLines(state, subscription)];
  state.pendingLines.delete(subscription.id);
  const paid = collect(state, subscription, draftInvoice(state, subscription, 'subscription_cycle', lines));
  if (subscription.status === 'active' && !paid) subscription.status = 'past_due';
  sendEvent(state, 'customer.subscription.updated', subscription, { items: {} });
}

/** Now. `key` as in the ledger. */
export function endSubscription(
  state: StripeState,
  subscription: WireSubscription,
  cause: Cause,
  key: string | null = null,
): void {
  const name = planOf(state, subscription);
  subscription.status = 'canceled';
  subscription.ended_at = state.seconds();
  subscription.canceled_at ??= state.seconds();
  sendEvent(state, 'customer.subscription.deleted', subscription);
  sendEntitlements(state, idOf(subscription.customer));
  const offer = subscription.metadata.headroom_offer_id;
  const kind = cause === 'hub' || offer !== undefined ? 'subscription_ended' : 'subscription_changed';
  note(state, kind, subscription, cause, key ?? offer ?? null, { offerId: offer ?? null });
  const account = accountOf(state, idOf(subscription.customer));
  if (!account || !name || cause === 'seed' || state.paid.get(`${account}/${name.product}`) !== subscription.id) return;
  const { product } = name;
  state.context.emit('billing.plan_changed', { account, product, plan: null, cause, at: state.context.now() });
}

/** https://docs.stripe.com/billing/subscriptions/trials: notice three days before, or at once when it is shorter. */
function watchTrial(state: StripeState, subscription: WireSubscription, end: number): void {
  const notice = Math.max(state.seconds(), end - 3 * DAY);
  const remind = () => {
    if (subscription.status === 'trialing') sendEvent(state, 'customer.subscription.trial_will_end', subscription);
  };
  if (notice === state.seconds()) remind();
  else state.context.at(isoOf(notice), remind);
  state.context.at(isoOf(end), () => {
    if (subscription.status === 'trialing') endTrial(state, subscription, end);
  });
}

/** Without `cancel_at_period_end` a trial turns into a charge: that is the trap. */
function endTrial(state: StripeState, subscription: WireSubscription, end: number): void {
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method;
  const hasCard = state.cards.get(idOf(subscription.customer)) !== 'none';
  if (subscription.cancel_at_period_end || (!hasCard && behavior === 'cancel')) {
    endSubscription(state, subscription, 'hub');
    return;
  }
  subscription.status = !hasCard && behavior === 'pause' ? 'paused' : 'active';
  if (subscription.status === 'active') {
    renew(state, subscription, { start: end, end: end + 30 * DAY });
    const charged = state.invoices.get(idOf(subscription.latest_invoice))?.amount_paid ?? 0;
    const offerId = subscription.metadata.headroom_offer_id ?? null;
    note(state, 'subscription_changed', subscription, 'hub', offerId, { charged_at_trial_end_cents: charged, offerId });
    return;
  }
  sendEvent(state, 'customer.subscription.paused', subscription);
}

function note(
  state: StripeState,
  kind: 'subscription_created' | 'subscription_changed' | 'subscription_ended',
  subscription: WireSubscription,
  cause: Cause,
  key: string | null,
  data: { [key: string]: Json },
): void {
  const name = planOf(state, subscription);
  const [item] = subscription.items.data;
  state.context.record({
    kind,
    account: accountOf(state, idOf(subscription.customer)),
    product: name?.product ?? null,
    id: subscription.id,
    key,
    summary: `${kind.replace('_', ' ')}: ${name ? `${name.product} ${name.plan}` : 'unknown price'} (${subscription.status}, by ${cause})`,
    data: {
      ...data,
      cause,
      plan: name?.plan ?? null,
      monthlyCents: item ? amountOf(item.price, item.quantity ?? 0) : 0,
    },
  });
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

/** The change that leads to another plan of the catalogue, with the seats it includes. */
export function toPlan(
  state: StripeState,
  subscription: WireSubscription,
  price: Change['price'],
  name: { product: string; plan: string },
): Change[] {
  const [item] = subscription.items.data;
  return item ? [{ itemId: item.id, price, quantity: quantityOf(state, name.product, name.plan) }] : [];
}
