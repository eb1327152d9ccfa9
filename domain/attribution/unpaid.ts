import { addMs } from '../clock.ts';
import type { Cents, Iso, Upgrade } from '../model.ts';
import { msBetween } from '../time.ts';

/** An invoice past its date, that a change of the subscription made. */
export interface UnpaidInvoice {
  id: string;
  issuedAt: Iso;
  dueAt: Iso;
}

export type RecordedChange = Pick<Upgrade, 'version' | 'fromMrrCents' | 'toMrrCents'>;

/** When we heard of an upgrade, and when billing had last shown what was before it: null where nobody wrote that down. */
interface Made {
  at: Iso;
  unchangedAt: Iso | null;
}

/** Where we do not know how long before an upgrade was heard of it may have been made. */
const HEARD_WITHIN_MS = 48 * 3_600_000;
/** Billing's clock and ours need not agree to the second. */
const SKEW_MS = 60_000;

/**
 * Why an upgrade is to be taken back, or null: its own invoice (not a later renewal's) stayed unpaid for `patience`
 * after it was due, or the subscription ended with that invoice unpaid. The customer's subscription is never touched.
 */
export function whyUnpaid(input: {
  upgrade: Made;
  invoices: UnpaidInvoice[];
  subscriptionEnded: boolean;
  patience: number;
  now: Iso;
}): string | null {
  const { upgrade, invoices, subscriptionEnded, patience, now } = input;
  const own = invoices.find((invoice) => isOwn(invoice, upgrade));
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
  upgrade: Made & { version: number };
  paid: Pick<UnpaidInvoice, 'id' | 'issuedAt'>[];
  overdue: Pick<UnpaidInvoice, 'issuedAt'>[];
  /** Every change of its subscription that was written down, oldest first. */
  history: RecordedChange[];
  /** Of its subscription, before the change that is taken in now. */
  presentMrrCents: Cents;
}): string | null {
  const { upgrade, paid, overdue } = input;
  const own = paid.find((invoice) => isOwn(invoice, upgrade));
  if (!own || overdue.some((invoice) => isOwn(invoice, upgrade))) return null;
  return restsUpon(input) ? `its invoice ${own.id} was paid after all` : null;
}

/** Back from the present price, change by change: what was measured from beneath one leaves it out. */
function restsUpon(input: {
  upgrade: { version: number };
  history: RecordedChange[];
  presentMrrCents: Cents;
}): boolean {
  let level = input.presentMrrCents;
  for (const { version, fromMrrCents, toMrrCents } of input.history.toReversed()) {
    if (toMrrCents !== level) continue;
    if (version === input.upgrade.version) return true;
    level = fromMrrCents;
  }
  return false;
}

/** Billing makes the invoice with the change: after our last look at what had been before, and before we heard of it. */
function isOwn({ issuedAt }: Pick<UnpaidInvoice, 'issuedAt'>, { at, unchangedAt }: Made): boolean {
  const earliest = unchangedAt === null ? addMs(at, -HEARD_WITHIN_MS) : addMs(unchangedAt, -SKEW_MS);
  return issuedAt >= earliest && issuedAt <= addMs(at, SKEW_MS);
}
