import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { Iso } from '../../domain/model.ts';
import { inTransaction, readPrices } from '../../store/index.ts';
import { takeCustomer } from '../billing/take-customer.ts';
import type { Deps } from '../deps.ts';
import { effectKey } from '../effects/key.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal } from '../effects/verdicts.ts';
import { noConnection, openWith } from '../journey/alert.ts';
import { aboutTrial, type TrialContext, trialContext } from './context.ts';

const READ_MS = 10_000;

export type Provisioned =
  | { kind: 'done'; endsAt: Iso; remindAt: Iso; reconcileEveryMs: number }
  | { kind: 'wait'; until: Iso | null }
  | { kind: 'refused'; reason: string };

/** A second subscription on the higher price that ends by itself and can never charge. */
export async function provisionTrial(deps: Deps, { offerId }: { offerId: string }): Promise<Provisioned> {
  const context = await trialContext(deps, offerId);
  const outcome = await startTrial(deps, context);
  if (outcome.kind === 'wait') return { kind: 'wait', until: outcome.until };
  if (outcome.kind !== 'done') return { kind: 'refused', reason: 'reason' in outcome ? outcome.reason : outcome.kind };
  const { endsAt } = outcome.result;
  const { remind_before } = context.loaded.config.trials;
  return { kind: 'done', endsAt, remindAt: minus(endsAt, remind_before), reconcileEveryMs: 6 * 3_600_000 };
}

async function startTrial(
  deps: Deps,
  context: TrialContext,
): Promise<EffectOutcome<{ subscriptionId: string; endsAt: Iso }>> {
  const billing = openWith(deps, 'billing');
  if (!billing) return noConnection('billing');
  const { offer, trial, view } = context;
  return await performEffect(deps, {
    connection: billing,
    operation: 'billing.startTrial',
    about: aboutTrial(
      context,
      effectKey({ subject: offer.id, step: 'provision', operation: 'billing.startTrial' }),
      'provision',
    ),
    render: async () => {
      const { subscription } = view;
      const prices = await inTransaction(deps.store, (tx) => readPrices(tx, billing.name));
      const price = prices.find((one) => one.product === offer.product && one.plan === offer.toPlan);
      if (!subscription || !price)
        return { skip: `${offer.account} has no subscription to try ${offer.toPlan} beside, or the plan has no price` };
      return {
        input: {
          offerId: offer.id,
          account: offer.account,
          customerId: subscription.customerId,
          originalSubscriptionId: subscription.id,
          priceId: price.priceId,
          quantity: subscription.quantity,
          product: offer.product,
          plan: offer.toPlan,
          trialEnd: Math.floor(Date.parse(trial.endsAt) / 1_000),
          journeyId: offer.journeyId,
        },
      };
    },
    decide: forInternal,
  });
}

/** Ends the trial's own subscription: after a conversion, or to undo what did not unlock. The paid one is never touched. */
export async function endTrial(deps: Deps, { offerId }: { offerId: string }): Promise<EffectOutcome<unknown>> {
  const context = await trialContext(deps, offerId);
  const billing = openWith(deps, 'billing');
  if (!billing) return noConnection('billing');
  const started = await startTrial(deps, context);
  if (started.kind !== 'done') return started;
  return await performEffect(deps, {
    connection: billing,
    operation: 'billing.endTrial',
    about: aboutTrial(context, effectKey({ subject: offerId, step: 'end', operation: 'billing.endTrial' }), 'end'),
    render: async () => ({ input: { subscriptionId: started.result.subscriptionId } }),
    decide: forInternal,
  });
}

/** One look whether billing lists what the trial unlocks; the workflow looks again until its own deadline. */
export async function checkUnlocked(deps: Deps, { offerId }: { offerId: string }): Promise<boolean> {
  const { view, offer, loaded } = await trialContext(deps, offerId);
  const billing = deps.connections.with('billing');
  if (!billing || !view.subscription) return false;
  const wanted = loaded.config.products[offer.product]?.plans[offer.toPlan]?.entitlements ?? [];
  const call = callWithin(READ_MS, { priority: 'click' });
  const wireReadAt = deps.wireNow();
  const customer = await billing.use.readCustomer(view.subscription.customerId, call);
  if (!customer) return false;
  await takeCustomer(deps, billing.name, customer, wireReadAt);
  const trial = customer.trials.find((one) => one.offerId === offerId);
  if (trial?.status !== 'trialing') return false;
  const unlocked = await billing.use.entitlements(customer.customerId, call);
  return wanted.every((name) => unlocked.includes(name));
}

function minus(at: Iso, ms: number): Iso {
  return new Date(Date.parse(at) - ms).toISOString();
}
