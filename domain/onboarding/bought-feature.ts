import type { Feature } from '../../config/schema/index.ts';

export interface BoughtFeature {
  key: string;
  name: string;
  /** Null: the facts that would tell are not known. */
  used: boolean | null;
}

/**
 * What the new plan brought, and whether the account uses it by now: features above the old tier up to the new one that
 * can tell (`used_when`). `answers`: feature key → `used_when` evaluated now.
 */
export function boughtFeatures(input: {
  features: Record<string, Feature>;
  planOrder: string[];
  fromPlan: string | null;
  toPlan: string;
  answers: Record<string, boolean | null>;
}): BoughtFeature[] {
  const tier = (plan: string | null) => (plan === null ? -1 : input.planOrder.indexOf(plan));
  return Object.entries(input.features)
    .filter(([, feature]) => feature.used_when !== undefined)
    .filter(([, feature]) => tier(feature.tier) > tier(input.fromPlan) && tier(feature.tier) <= tier(input.toPlan))
    .map(([key, feature]) => ({ key, name: feature.name, used: input.answers[key] ?? null }));
}
