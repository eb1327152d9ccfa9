import type { BillingCustomer } from '../../connectors/kit/capabilities.ts';
import { businessNow } from '../../domain/clock.ts';
import { normaliseEmail } from '../../domain/identity/email.ts';
import { trialWorkflowId } from '../../domain/workflow-ids.ts';
import {
  applyBillingCustomer,
  enqueue,
  inTransaction,
  linkedAccount,
  replaceAccountPeople,
  type Tx,
  upsertPeople,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { readPaidInvoices, reinstatePaid } from './reinstate-paid.ts';
import { takeBackUnpaid } from './take-back-unpaid.ts';
import { takeRevenueChange } from './take-revenue-change.ts';

const KEPT =
  'a subscription is on a price that config no longer names: it is left as it was until a plan names the price';

/**
 * Compares a customer's billing picture with ours, under the account's lock, and tells everybody concerned: upgrades
 * start onboarding and earn credit, contractions and unpaid invoices take credit back, a late payment gives it back,
 * trials hear of their end.
 * @param wireReadAt when the picture was asked for: an older one never overwrites a newer one
 * @param paidInvoice one that billing has just told is paid
 */
export async function takeCustomer(
  deps: Deps,
  connection: string,
  customer: BillingCustomer,
  wireReadAt: number,
  paidInvoice: string | null = null,
): Promise<void> {
  const { customerId } = customer;
  const overdue = customer.overdueInvoices.map(({ id }) => id);
  // Before the transaction, in which nobody is called; and before the picture is taken in, which forgets what is gone.
  const paid = await readPaidInvoices(deps, { connection, customerId }, { overdue, told: paidInvoice });
  const { config } = deps.configs.current();
  await inTransaction(deps.store, async (tx) => {
    const now = deps.now();
    const read = { now, readAt: businessNow(deps.clock, wireReadAt), wireReadAt };
    // A deleted customer's own word for it is gone.
    const account = customer.deleted ? await linkedAccount(tx, connection, customerId) : customer.account;
    const { stale, changes, kept, unchangedAt, trials } = await applyBillingCustomer(
      tx,
      connection,
      { ...customer, account },
      read,
    );
    if (!stale) await takeBillingContact(tx, connection, customer, now);
    // First: what is measured from a reinstated upgrade must not be measured from beneath it.
    await reinstatePaid(tx, { connection, customerId }, { paid, changes, now });
    // And what a contraction takes back must not have been taken back already.
    if (account !== null) await takeBackUnpaid(tx, config, account, now);
    for (const { before, after } of changes) {
      if (before !== null) await takeRevenueChange(tx, config, { before, after, unchangedAt }, now);
    }
    const told = new Set(trials.map(({ after }) => after.offerId));
    // A plan that changed while a trial runs may be the trial's conversion: it looks for itself.
    const targets = changes.some(({ before }) => before !== null)
      ? [...told, ...customer.trials.map((trial) => trial.offerId)]
      : [...told];
    const messages = [...new Set(targets)].map((offerId) => ({
      kind: 'signal_trial' as const,
      target: trialWorkflowId(offerId),
      body: { offerId },
    }));
    await enqueue(tx, messages, now);
    if (kept.length === 0) return;
    const about = { connection, account, subscriptions: kept.map(({ id }) => id) };
    deps.log.warn({ ...about, prices: customer.unnamed.map(({ price }) => price) }, KEPT);
  });
}

async function takeBillingContact(
  tx: Tx,
  connection: string,
  { account, email }: BillingCustomer,
  now: string,
): Promise<void> {
  const key = email === null ? null : normaliseEmail(email);
  if (account === null || email === null || key === null) return;
  await upsertPeople(tx, [{ key, email, name: null, hardBounced: false }], now);
  await replaceAccountPeople(
    tx,
    connection,
    [account],
    [{ account, person: key, roles: ['billing_contact'], externalId: null, since: null }],
  );
}
