import type { Limit, Plan } from '../../config/schema/index.ts';
import type { Denominator, Subscription } from '../model.ts';

/**
 * What a metric measures against: the contract's limit beats the subscription's quantity, which beats the plan's number;
 * the source's own limit counts only where the plan asks for it. Null when the account has no such plan.
 */
export function resolveDenominator(input: {
  subscription: Pick<Subscription, 'plan' | 'status' | 'quantity' | 'contractLimits' | 'periodStart' | 'periodEnd'>;
  plan: Pick<Plan, 'limits' | 'pricing'> | undefined;
  metric: string;
  readingLimit: number | null | undefined;
}): Denominator | null {
  const { subscription, plan, metric } = input;
  if (subscription.plan === null || subscription.status === 'cancelled' || plan === undefined) return null;
  const contract = subscription.contractLimits[metric];
  const found =
    contract === undefined
      ? fromPlan(plan.limits[metric], subscription.quantity, input.readingLimit)
      : { limit: contract, source: 'contract' as const };
  return {
    ...found,
    periodStart: subscription.periodStart,
    periodEnd: subscription.periodEnd,
    plan: subscription.plan,
    usagePriced: plan.pricing === 'usage',
  };
}

function fromPlan(
  limit: Limit | undefined,
  quantity: number,
  readingLimit: number | null | undefined,
): Pick<Denominator, 'limit' | 'source'> {
  if (limit === undefined) return { limit: null, source: 'none' };
  if (limit === 'unlimited') return { limit: null, source: 'plan' };
  if (typeof limit === 'number') return { limit, source: 'plan' };
  if (limit.from === 'subscription.quantity') {
    // A quantity of 0 is a subscription without seats: no limit to measure against, not an infinite utilization.
    return quantity > 0 ? { limit: quantity, source: 'subscription' } : { limit: null, source: 'none' };
  }
  if (readingLimit === undefined || (readingLimit !== null && readingLimit <= 0))
    return { limit: null, source: 'none' };
  return { limit: readingLimit, source: 'reading' };
}
