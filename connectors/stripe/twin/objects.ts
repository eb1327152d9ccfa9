/** New customers and subscriptions, with every field the API has. */
import type { WorldAccount } from '../../../sandbox/frame/types.ts';
import { makeId, type StripeState } from './state.ts';
import type { WireCustomer, WireItem, WirePrice, WireSubscription } from './wire.ts';

export function customerObject(state: StripeState, account: WorldAccount): WireCustomer {
  const id = makeId('cus', account.account);
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: state.seconds(),
    currency: 'usd',
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: account.admin.email,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: makeId('pm', account.account),
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: { account_id: account.account },
    name: account.name,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

export interface NewSubscription {
  customer: string;
  items: { price: WirePrice; quantity: number }[];
  /** Seconds since 1970. */
  period: { start: number; end: number };
  trialEnd: number | null;
  cancelAtPeriodEnd: boolean;
  missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause';
  metadata: Record<string, string>;
}

export function subscriptionObject(state: StripeState, input: NewSubscription): WireSubscription {
  const id = state.nextId('sub');
  const now = state.seconds();
  const data = input.items.map(({ price, quantity }) => itemObject(state, id, price, quantity, input.period));
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: input.trialEnd ?? input.period.start,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: input.cancelAtPeriodEnd ? input.period.end : null,
    cancel_at_period_end: input.cancelAtPeriodEnd,
    canceled_at: input.cancelAtPeriodEnd ? now : null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: now,
    currency: 'usd',
    customer: input.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: { object: 'list', data, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: input.trialEnd === null ? 'active' : 'trialing',
    test_clock: null,
    transfer_data: null,
    trial_end: input.trialEnd,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: input.missingPaymentMethod },
    },
    trial_start: input.trialEnd === null ? null : now,
  };
}

function itemObject(
  state: StripeState,
  subscription: string,
  price: WirePrice,
  quantity: number,
  period: { start: number; end: number },
): WireItem {
  const metered = price.recurring?.usage_type === 'metered';
  return {
    id: state.nextId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: state.seconds(),
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planObject(price),
    price,
    ...(metered ? {} : { quantity }),
    subscription,
    tax_rates: [],
  };
}

/** The older name of a price, still carried by every item. */
export function planObject(price: WirePrice): WireItem['plan'] {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: {},
    meter: price.recurring?.meter ?? null,
    nickname: null,
    product: typeof price.product === 'string' ? price.product : price.product.id,
    tiers_mode: null,
    transform_usage: price.transform_quantity,
    trial_period_days: null,
    usage_type: price.recurring?.usage_type ?? 'licensed',
  };
}
