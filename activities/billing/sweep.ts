import type { Billing } from '../../connectors/kit/capabilities.ts';
import { inTransaction, savePrices } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { SweepRun } from '../sweep/sweep-connection.ts';
import { takeCustomer } from './take-customer.ts';

/** Webhooks are fast, this is sure: every customer's picture is compared with ours, whatever got lost on the way. */
export async function sweepBilling(deps: Deps, billing: Billing, run: SweepRun): Promise<{ customers: number }> {
  const prices = await billing.readPrices(run.call);
  await inTransaction(deps.store, (tx) => savePrices(tx, run.connection, prices, deps.now()));
  const swept = { customers: 0 };
  let wireReadAt = deps.wireNow();
  for await (const customers of billing.readCustomers(run.call)) {
    for (const customer of customers) await takeCustomer(deps, run.connection, customer, wireReadAt);
    swept.customers += customers.length;
    run.beat(swept);
    wireReadAt = deps.wireNow();
  }
  return swept;
}
