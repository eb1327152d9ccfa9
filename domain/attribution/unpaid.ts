import type { Iso } from '../model.ts';
import { msBetween } from '../time.ts';

/** An invoice past its date, that a change of the subscription made. */
export interface UnpaidInvoice {
  id: string;
  issuedAt: Iso;
  dueAt: Iso;
}

/** We hear of an upgrade after billing has made its invoice: at once by webhook, within a day or so by the sweep. */
const HEARD_WITHIN_MS = 48 * 3_600_000;
/** Billing's clock and ours need not agree to the second. */
const SKEW_MS = 3_600_000;

/**
 * Why an upgrade is to be taken back, or null: its own invoice (not a later renewal's) stayed unpaid for `patience`
 * after it was due, or the subscription ended with that invoice unpaid. The customer's subscription is never touched.
 */
export function whyUnpaid(input: {
  upgradedAt: Iso;
  invoices: UnpaidInvoice[];
  subscriptionEnded: boolean;
  patience: number;
  now: Iso;
}): string | null {
  const { upgradedAt, invoices, subscriptionEnded, patience, now } = input;
  const own = invoices.find(({ issuedAt }) => {
    const after = Date.parse(upgradedAt) - Date.parse(issuedAt);
    return after <= HEARD_WITHIN_MS && after >= -SKEW_MS;
  });
  if (!own) return null;
  if (subscriptionEnded) return `the subscription ended with its invoice ${own.id} unpaid`;
  const overdue = own.dueAt < now && msBetween(own.dueAt, now) >= patience;
  return overdue ? `its invoice ${own.id} is unpaid since ${own.dueAt.slice(0, 10)}` : null;
}
