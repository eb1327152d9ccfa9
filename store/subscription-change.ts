import type { Iso, Subscription } from '../domain/model.ts';
import { canonicalJson } from './vault.ts';

type Seen = Omit<Subscription, 'version' | 'changedAt'>;

/** The stored subscription after a look at the vendor's: only a real change of plan, price or quantity raises the version. */
export function followed(before: Subscription | null, seen: Seen, now: Iso): Subscription {
  if (before === null) return { ...seen, version: 1, changedAt: now };
  if (seen.pendingChange) {
    // Not paid yet: what counts is still the old plan, price and quantity.
    const { plan, quantity, mrrCents, currency, contractLimits, version, changedAt } = before;
    return { ...seen, plan, quantity, mrrCents, currency, contractLimits, version, changedAt };
  }
  const changed =
    seen.plan !== before.plan ||
    seen.quantity !== before.quantity ||
    seen.mrrCents !== before.mrrCents ||
    seen.currency !== before.currency ||
    (seen.status === 'cancelled') !== (before.status === 'cancelled');
  return changed
    ? { ...seen, version: before.version + 1, changedAt: now }
    : { ...seen, version: before.version, changedAt: before.changedAt };
}

/** The vendor no longer lists it. */
export function cancelled(before: Subscription, now: Iso): Subscription {
  return followed(before, { ...before, plan: null, status: 'cancelled', mrrCents: 0, pendingChange: false }, now);
}

export function sameState(a: Subscription | null, b: Subscription): boolean {
  // Plain data without undefined: canonical JSON compares it field by field.
  return a !== null && canonicalJson({ ...a }) === canonicalJson({ ...b });
}
