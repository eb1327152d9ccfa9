import type { ApiCall, Endpoint } from './api.ts';
import { type ChangeOptions, changeItems, createSubscription, endSubscription } from './billing.ts';
import { sendEvent } from './events.ts';
import type { Params } from './form.ts';
import { draftInvoice } from './invoice-objects.ts';
import { type Change, periodLines, prorationLines } from './invoices.ts';
import { choice, flag, hash, hashes, integer, metadata, onlyKnown, required, text } from './params.ts';
import { present } from './presentation.ts';
import { invalid, missing } from './problem.ts';
import type { StripeState } from './state.ts';
import type { WireSubscription } from './wire.ts';

const PRORATION = ['always_invoice', 'create_prorations', 'none'] as const;
const PAYMENT = ['allow_incomplete', 'pending_if_incomplete', 'error_if_incomplete'] as const;
const LONGEST_TRIAL = 730 * 86_400;
const MONTH = 30 * 86_400;

export function subscriptionEndpoints(state: StripeState): Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/v1/subscriptions',
      takes: [
        'customer',
        'items',
        'trial_end',
        'trial_period_days',
        'cancel_at_period_end',
        'trial_settings',
        'metadata',
      ],
      run: (call) => present(state, create(state, call), call.params),
    },
    {
      method: 'POST',
      path: '/v1/subscriptions/:id',
      takes: ['items', 'proration_behavior', 'proration_date', 'payment_behavior', 'cancel_at_period_end', 'metadata'],
      run: (call) => present(state, update(state, call), call.params),
    },
    {
      method: 'DELETE',
      path: '/v1/subscriptions/:id',
      takes: ['prorate', 'invoice_now'],
      run: ({ id, params }) => {
        const subscription = state.subscriptions.get(id);
        // Canceled ones cannot be canceled again, and Stripe says so as if they were not there.
        if (!subscription || subscription.status === 'canceled') throw missing('subscription', id, 'id');
        endSubscription(state, subscription, 'hub');
        return present(state, subscription, params);
      },
    },
    {
      method: 'POST',
      path: '/v1/invoices/create_preview',
      takes: ['customer', 'subscription', 'subscription_details', 'preview_mode'],
      run: (call) => present(state, preview(state, call.params), call.params),
    },
  ];
}

function create(state: StripeState, { params, key }: ApiCall): WireSubscription {
  const customer = required(params, 'customer');
  if (!state.customers.has(customer)) throw missing('customer', customer, 'customer');
  const items = hashes(params, 'items').map((item, index) => {
    onlyKnown(item, ['price', 'quantity'], `items[${index}]`);
    return { price: priceOf(state, item, index), quantity: integer(item, 'quantity') ?? 1 };
  });
  if (items.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  const now = state.seconds();
  const days = integer(params, 'trial_period_days');
  const trialEnd = integer(params, 'trial_end') ?? (days === undefined ? null : now + days * 86_400);
  if (trialEnd !== null && trialEnd <= now) throw invalid('Invalid timestamp: must be in the future', 'trial_end');
  if (trialEnd !== null && trialEnd > now + LONGEST_TRIAL) throw invalid('Trials are up to 730 days', 'trial_end');
  const behavior = hash(hash(params, 'trial_settings'), 'end_behavior');
  const input = {
    customer,
    items,
    period: { start: now, end: trialEnd ?? now + MONTH },
    trialEnd,
    cancelAtPeriodEnd: flag(params, 'cancel_at_period_end') ?? false,
    missingPaymentMethod:
      choice(behavior, 'missing_payment_method', ['cancel', 'create_invoice', 'pause'] as const) ?? 'create_invoice',
    metadata: metadata(params),
  };
  return createSubscription(state, input, { cause: 'hub', key });
}

function update(state: StripeState, { id, params, key }: ApiCall): WireSubscription {
  const subscription = live(state, id, 'id');
  const options = prorationOf(state, subscription, params);
  const payment = choice(params, 'payment_behavior', PAYMENT) ?? 'allow_incomplete';
  // https://docs.stripe.com/billing/subscriptions/pending-updates-reference: only some parameters may wait for payment.
  if (payment === 'pending_if_incomplete' && params.metadata !== undefined) {
    throw invalid('When using payment_behavior=pending_if_incomplete, you cannot pass metadata', 'payment_behavior');
  }
  const changes = changesOf(state, subscription, params);
  Object.assign(subscription.metadata, metadata(params));
  const cancel = flag(params, 'cancel_at_period_end');
  if (cancel !== undefined) subscription.cancel_at_period_end = cancel;
  if (changes.length > 0) changeItems(state, subscription, changes, { ...options, cause: 'hub', payment, key });
  else sendEvent(state, 'customer.subscription.updated', subscription, {});
  return subscription;
}

function preview(state: StripeState, params: Params) {
  const subscription = live(state, required(params, 'subscription'), 'subscription');
  const customer = text(params, 'customer');
  if (customer !== undefined && customer !== subscription.customer)
    throw missing('subscription', subscription.id, 'subscription');
  const details = hash(params, 'subscription_details');
  onlyKnown(details, ['items', 'proration_behavior', 'proration_date'], 'subscription_details');
  const { at, proration } = prorationOf(state, subscription, details);
  const changes = changesOf(state, subscription, details);
  const lines = proration === 'none' ? [] : prorationLines(state, subscription, changes, at);
  if (proration !== 'always_invoice') lines.push(...periodLines(state, subscription));
  return draftInvoice(state, subscription, 'upcoming', lines);
}

function prorationOf(
  state: StripeState,
  subscription: WireSubscription,
  params: Params,
): Pick<ChangeOptions, 'at' | 'proration'> {
  const at = integer(params, 'proration_date') ?? state.seconds();
  const [item] = subscription.items.data;
  if (item && (at < item.current_period_start || at > item.current_period_end)) {
    throw invalid('Cannot specify a proration date outside of the current period', 'proration_date');
  }
  return { at, proration: choice(params, 'proration_behavior', PRORATION) ?? 'create_prorations' };
}

export function changesOf(state: StripeState, subscription: WireSubscription, params: Params): Change[] {
  return hashes(params, 'items').map((item, index) => {
    onlyKnown(item, ['id', 'price', 'quantity'], `items[${index}]`);
    const itemId = required(item, 'id');
    const current = subscription.items.data.find(({ id }) => id === itemId);
    if (!current) throw missing('subscription item', itemId, `items[${index}][id]`);
    const price = item.price === undefined ? current.price : priceOf(state, item, index);
    return { itemId, price, quantity: integer(item, 'quantity') ?? current.quantity ?? 1 };
  });
}

function priceOf(state: StripeState, item: Params, index: number) {
  const id = required(item, 'price');
  const price = state.prices.get(id);
  if (!price) throw missing('price', id, `items[${index}][price]`);
  if (price.recurring?.usage_type === 'metered' && item.quantity !== undefined) {
    throw invalid('You cannot specify a quantity for a metered price', `items[${index}][quantity]`);
  }
  return price;
}

export function live(state: StripeState, id: string, param: string): WireSubscription {
  const subscription = state.subscriptions.get(id);
  if (!subscription) throw missing('subscription', id, param);
  if (subscription.status === 'canceled') {
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.', param);
  }
  return subscription;
}
