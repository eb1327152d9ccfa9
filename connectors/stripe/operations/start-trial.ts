import { z } from 'zod';
import type { Billing } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import type { StripeClient } from '../client.ts';
import { iso, OFFER_METADATA } from '../picture.ts';
import { type StripeSubscription, subscription } from '../schemas.ts';
import { defineWrite } from '../write.ts';
import { readSubscriptions } from './lists.ts';

const payload = z.object({
  customer: z.string(),
  items: z.array(z.object({ price: z.string(), quantity: z.number() })),
  trial_end: z.number(),
  cancel_at_period_end: z.literal(true),
  trial_settings: z.object({ end_behavior: z.object({ missing_payment_method: z.literal('cancel') }) }),
  metadata: z.record(z.string(), z.string()),
});

/**
 * A second subscription on the higher price, which ends by itself and cannot charge; the paid one is never touched.
 * `missing_payment_method: cancel` alone protects only customers without a card: whoever has one would be charged at
 * the end, so `cancel_at_period_end` is what makes it safe (https://docs.stripe.com/billing/subscriptions/trials).
 * `trial_end` instead of `trial_period_days`: an absolute moment keeps the bytes final, whenever they are sent.
 */
export function startTrial(client: StripeClient): Billing['startTrial'] {
  const findByOffer = async (trial: z.output<typeof payload>, call: Call) => {
    // A list by customer is strongly consistent; search is not (https://docs.stripe.com/search#data-freshness).
    const all = await readSubscriptions(client, 'startTrial', call, { customer: trial.customer });
    const offer = trial.metadata[OFFER_METADATA];
    return all.find((candidate) => candidate.metadata[OFFER_METADATA] === offer);
  };
  return defineWrite<Billing['startTrial'], typeof payload>(payload, {
    name: 'startTrial',
    idempotency: 'vendor_key',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: (input) => ({
      customer: input.customerId,
      items: [{ price: input.priceId, quantity: input.quantity }],
      trial_end: input.trialEnd,
      cancel_at_period_end: true,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
      metadata: {
        [OFFER_METADATA]: input.offerId,
        account_id: input.account,
        headroom_original_subscription_id: input.originalSubscriptionId,
        ...(input.journeyId === null ? {} : { headroom_journey_id: input.journeyId }),
      },
    }),
    explain: ({ customer, items, metadata }) => ({
      to: `customer ${customer}`,
      what: `a trial of ${items.map(({ price, quantity }) => `${quantity} × ${price}`).join(', ')}`,
      where: `the subscriptions of customer ${customer} in Stripe`,
      lookFor: `one with the metadata ${OFFER_METADATA}: ${metadata[OFFER_METADATA]}`,
    }),
    send: async (trial, call) => {
      // Stripe forgets keys after a day and does not limit trials per customer: look before creating.
      const earlier = await findByOffer(trial, call);
      if (earlier) return resultOf(earlier);
      const created = await client.write('startTrial', call, 'vendor_key', subscription, (stripe) =>
        stripe.subscriptions.create(trial, { idempotencyKey: call.idempotencyKey }),
      );
      return resultOf(created);
    },
    find: async (trial, call) => {
      const found = await findByOffer(trial, call);
      return found ? { kind: 'found', result: resultOf(found) } : { kind: 'absent' };
    },
  });
}

function resultOf({ id, trial_end, created }: StripeSubscription) {
  return { subscriptionId: id, endsAt: iso(trial_end ?? created) };
}
