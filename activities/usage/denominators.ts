import type { Config } from '../../config/schema/index.ts';
import type { Denominator, Iso } from '../../domain/model.ts';
import { resolveDenominator } from '../../domain/usage/limits.ts';
import type { SubscriptionAt } from '../../store/index.ts';

export type DenominatorAt = (
  account: string,
  product: string,
  metric: string,
) => (at: Iso, readingLimit: number | null | undefined) => Denominator | null;

/**
 * What metrics measured against at each moment, from the history of the accounts' subscriptions (oldest first).
 * Before the first known state the first one counts: it was there before we looked.
 */
export function denominators(config: Config, history: SubscriptionAt[]): DenominatorAt {
  const byProduct = new Map<string, SubscriptionAt[]>();
  for (const entry of history) {
    const key = `${entry.subscription.account}\n${entry.subscription.product}`;
    byProduct.set(key, [...(byProduct.get(key) ?? []), entry]);
  }
  return (account, product, metric) => {
    const states = byProduct.get(`${account}\n${product}`) ?? [];
    return (at, readingLimit) => {
      const held = states.findLast((state) => state.at <= at) ?? states[0];
      if (!held) return null;
      const { subscription } = held;
      const plan = subscription.plan === null ? undefined : config.products[product]?.plans[subscription.plan];
      return resolveDenominator({ subscription, plan, metric, readingLimit });
    };
  };
}
