import type { NextPlan } from './types.ts';

/** `next:` of the plan, else the next line that is not priced by usage. */
export const nextPlan: NextPlan = (product, plan) => {
  const own = product.plans[plan];
  if (own === undefined || own.next === 'none') return null;
  if (own.next !== undefined) return own.next;
  // Pay-as-you-go has no tier above it that config has not named.
  if (own.pricing === 'usage') return null;
  const order = Object.keys(product.plans);
  const later = order.slice(order.indexOf(plan) + 1);
  return later.find((key) => product.plans[key]?.pricing !== 'usage') ?? null;
};
