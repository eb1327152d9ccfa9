import { z } from 'zod';
import type { Billing } from '../../kit/capabilities.ts';
import type { StripeClient } from '../client.ts';
import { stripeId } from '../picture.ts';
import { subscription } from '../schemas.ts';
import { defineWrite } from '../write.ts';
import { retrieveSubscription } from './lists.ts';

const payload = z.object({
  subscription: z.string(),
  params: z.object({
    items: z.tuple([z.object({ id: z.string(), price: z.string(), quantity: z.number() })]),
    proration_behavior: z.literal('always_invoice'),
    proration_date: z.number(),
    payment_behavior: z.literal('pending_if_incomplete'),
  }),
});

/**
 * Charges the difference now; the change applies once that is paid and until then stands as a pending update
 * (https://docs.stripe.com/billing/subscriptions/pending-updates).
 */
export function changePlan(client: StripeClient): Billing['changePlan'] {
  return defineWrite<Billing['changePlan'], typeof payload>(payload, {
    name: 'changePlan',
    idempotency: 'vendor_key',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: (input) => ({
      subscription: stripeId(input.subscriptionId),
      params: {
        items: [{ id: input.itemId, price: input.priceId, quantity: input.quantity }],
        proration_behavior: 'always_invoice',
        proration_date: input.prorationDate,
        payment_behavior: 'pending_if_incomplete',
      },
    }),
    explain: ({ subscription: id, params }, key) => ({
      to: `subscription ${id}`,
      what: params.items.map(({ price, quantity }) => `${quantity} × ${price}`).join(', '),
      where: `subscription ${id} in Stripe, and Developers > Logs`,
      lookFor: `this price, or the request with the idempotency key ${key}`,
    }),
    send: async ({ subscription: id, params }, call) => {
      const changed = await client.write('changePlan', call, 'vendor_key', subscription, (stripe) =>
        stripe.subscriptions.update(id, params, { idempotencyKey: call.idempotencyKey }),
      );
      return { subscriptionId: id, status: changed.pending_update ? 'pending_payment' : 'changed' };
    },
    find: async ({ subscription: id, params }, call) => {
      const current = await retrieveSubscription(client, 'changePlan', id, call);
      const [wanted] = params.items;
      const item = current.items.data.find((candidate) => candidate.id === wanted.id);
      if (item?.price.id === wanted.price && item.quantity === wanted.quantity) {
        return { kind: 'found', result: { subscriptionId: id, status: 'changed' } };
      }
      const pending = current.pending_update?.subscription_items?.some(({ price }) => price.id === wanted.price);
      return pending
        ? { kind: 'found', result: { subscriptionId: id, status: 'pending_payment' } }
        : { kind: 'absent' };
    },
  });
}
