import { callWithin } from '../../connectors/kit/time-limit.ts';
import { whyReinstated } from '../../domain/attribution/unpaid.ts';
import type { Iso, Subscription } from '../../domain/model.ts';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import {
  type CustomerRef,
  enqueue,
  inTransaction,
  listOverdueChanges,
  listTakenBack,
  type OwnInvoice,
  reinstateUpgrade,
  type Tx,
  upgradesUpTo,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';

const READ_MS = 15_000;
const LAST_VERSION = 2_147_483_647;

/**
 * Invoices of a customer with an upgrade that was taken back, which are overdue no more and which billing says are paid:
 * one that is void or written off is gone from the overdue ones, too.
 * @param told one that an event spoke of: some are paid long after they were written off
 */
export async function readPaidInvoices(
  deps: Deps,
  customer: CustomerRef,
  { overdue, told }: { overdue: string[]; told: string | null },
): Promise<OwnInvoice[]> {
  const asked = await inTransaction(deps.store, async (tx) => {
    if ((await listTakenBack(tx, customer)).length === 0) return [];
    const gone = (await listOverdueChanges(tx, customer, overdue)).map(({ id }) => id);
    return [...new Set(told === null ? gone : [...gone, told])];
  });
  const billing = deps.connections.get(customer.connection)?.capabilities.billing;
  const paid: OwnInvoice[] = [];
  for (const id of asked) {
    const invoice = await billing?.readInvoice(id, callWithin(READ_MS, { priority: 'message' }));
    if (invoice?.state !== 'paid' || invoice.customerId !== customer.customerId) continue;
    const { changeIssuedAt: issuedAt, subscriptionId } = invoice;
    if (issuedAt !== null) paid.push({ id, issuedAt, subscriptionId });
  }
  return paid;
}

/**
 * Upgrades that were taken back for an invoice which is paid now stand again: their credit is given back, their
 * onboarding goes on where it was stopped. @returns how many
 */
export async function reinstatePaid(
  tx: Tx,
  customer: CustomerRef,
  { paid, changes, now }: { paid: OwnInvoice[]; changes: { before: Subscription | null }[]; now: Iso },
): Promise<number> {
  if (paid.length === 0) return 0;
  const overdue = await listOverdueChanges(tx, customer);
  let reinstated = 0;
  for (const { upgrade, presentMrrCents } of await listTakenBack(tx, customer)) {
    const { subscriptionId, version, account, product } = upgrade;
    const ofIt = (one: OwnInvoice) => isOf(one, subscriptionId);
    const history = await upgradesUpTo(tx, { subscriptionId, version: LAST_VERSION });
    const before = changes.find((change) => change.before?.id === subscriptionId)?.before;
    const reason = whyReinstated({
      upgrade,
      paid: paid.filter(ofIt),
      overdue: overdue.filter(ofIt),
      history: history.toReversed(),
      presentMrrCents: before?.mrrCents ?? presentMrrCents,
    });
    if (reason === null || !(await reinstateUpgrade(tx, upgrade.id, { reason, now }))) continue;
    reinstated += 1;
    const target = onboardingWorkflowId(subscriptionId, version);
    const body = { subscriptionId, version, account, product, again: true };
    await enqueue(tx, [{ kind: 'start_onboarding', target, body }], now);
  }
  return reinstated;
}

/** One of the vendor's subscriptions is several of ours where it pays for several products. */
function isOf({ subscriptionId }: OwnInvoice, ours: string): boolean {
  return subscriptionId !== null && (ours === subscriptionId || ours.startsWith(`${subscriptionId}:`));
}
