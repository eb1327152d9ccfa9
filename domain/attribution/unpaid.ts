import type { Cents, Iso, Upgrade } from '../model.ts';
import { msBetween } from '../time.ts';

/** An invoice past its date, that a change of the subscription made. */
export interface UnpaidInvoice {
  id: string;
  issuedAt: Iso;
  dueAt: Iso;
}

export type RecordedChange = Pick<Upgrade, 'version' | 'fromMrrCents' | 'toMrrCents'>;

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
  const own = invoices.find((invoice) => isOwn(invoice, upgradedAt));
  if (!own) return null;
  if (subscriptionEnded) return `the subscription ended with its invoice ${own.id} unpaid`;
  const overdue = own.dueAt < now && msBetween(own.dueAt, now) >= patience;
  return overdue ? `its invoice ${own.id} is unpaid since ${own.dueAt.slice(0, 10)}` : null;
}

/**
 * Why an upgrade that was taken back counts after all, or null: its own invoice was paid in the end, no other of its own is
 * still overdue, and what is paid now rests upon it. A change that came after it was taken back was measured from what had
 * been before it: then it is in that change already, and must not count twice.
 */
export function whyReinstated(input: {
  upgradedAt: Iso;
  version: number;
  paid: Pick<UnpaidInvoice, 'id' | 'issuedAt'>[];
  overdue: Pick<UnpaidInvoice, 'issuedAt'>[];
  /** Every change of its subscription that was written down, oldest first. */
  history: RecordedChange[];
  /** Of its subscription, before the change that is taken in now. */
  presentMrrCents: Cents;
}): string | null {
  const { upgradedAt, paid, overdue } = input;
  const own = paid.find((invoice) => isOwn(invoice, upgradedAt));
  if (!own || overdue.some((invoice) => isOwn(invoice, upgradedAt))) return null;
  return restsUpon(input) ? `its invoice ${own.id} was paid after all` : null;
}

/** Back from the present price, change by change: what was measured from beneath one leaves it out. */
function restsUpon(input: { version: number; history: RecordedChange[]; presentMrrCents: Cents }): boolean {
  let level = input.presentMrrCents;
  for (const { version, fromMrrCents, toMrrCents } of input.history.toReversed()) {
    if (toMrrCents !== level) continue;
    if (version === input.version) return true;
    level = fromMrrCents;
  }
  return false;
}

function isOwn({ issuedAt }: Pick<UnpaidInvoice, 'issuedAt'>, upgradedAt: Iso): boolean {
  const after = Date.parse(upgradedAt) - Date.parse(issuedAt);
  return after <= HEARD_WITHIN_MS && after >= -SKEW_MS;
}
