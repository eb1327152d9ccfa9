/** Webhooks: https://docs.stripe.com/api/events/object, signed as in https://docs.stripe.com/webhooks#verify-manually */
import { createHmac } from 'node:crypto';
import type { StripeState } from './state.ts';
import { API_VERSION, type WireEntitlement, type WireObject } from './wire.ts';

/** Where the endpoint of this account points; `STRIPE_WEBHOOK_PATH` overrides it. */
const PATH = '/webhooks/billing';
/** Doubling from half a second, all within the five minutes for which one signature holds. */
const RETRY = { attempts: 9, firstWaitMs: 500 };

type EventObject =
  | WireObject
  | { object: 'entitlements.active_entitlement_summary'; customer: string; entitlements: unknown; livemode: false };

export function sendEvent(
  state: StripeState,
  type: string,
  object: EventObject,
  previous?: Record<string, unknown>,
): void {
  const { context } = state;
  const body = JSON.stringify({
    id: state.nextId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: state.seconds(),
    data: { object, ...(previous ? { previous_attributes: previous } : {}) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  });
  // Signatures live on the wire clock, whatever the business clock says.
  const timestamp = Math.floor(Date.now() / 1_000);
  const secret = context.secrets.STRIPE_WEBHOOK_SECRET ?? '';
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  const delivery = context.deliver({
    path: context.secrets.STRIPE_WEBHOOK_PATH ?? PATH,
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': `t=${timestamp},v1=${signature}`,
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    },
    body,
    retry: RETRY,
  });
  delivery.catch((error: unknown) => context.log(`stripe: webhook ${type} was not delivered: ${String(error)}`));
}

/** The union over the customer's live subscriptions, trials included. */
export function activeEntitlements(state: StripeState, customer: string): WireEntitlement[] {
  const keys = new Set<string>();
  for (const subscription of state.subscriptions.values()) {
    if (subscription.customer !== customer || !['active', 'trialing', 'past_due'].includes(subscription.status))
      continue;
    for (const { price } of subscription.items.data) {
      const product = typeof price.product === 'string' ? price.product : price.product.id;
      for (const key of state.featuresOf.get(product) ?? []) keys.add(key);
    }
  }
  return [...keys].map((key) => ({
    id: `ent_${customer.slice(4)}_${key}`,
    object: 'entitlements.active_entitlement',
    feature: `feat_${key}`,
    livemode: false,
    lookup_key: key,
  }));
}

export function sendEntitlements(state: StripeState, customer: string): void {
  const data = activeEntitlements(state, customer);
  sendEvent(state, 'entitlements.active_entitlement_summary.updated', {
    object: 'entitlements.active_entitlement_summary',
    customer,
    entitlements: {
      object: 'list',
      data: data.slice(0, 10),
      has_more: data.length > 10,
      url: `/v1/customer/${customer}/entitlements`,
    },
    livemode: false,
  });
}
