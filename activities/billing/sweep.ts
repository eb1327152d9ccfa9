import type { Billing, BillingCustomer } from '../../connectors/kit/capabilities.ts';
import { businessNow } from '../../domain/clock.ts';
import { fingerprint, inTransaction, readFingerprints, savePrices, touchLinks } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { SweepRun } from '../sweep/run.ts';
import { takeCustomer } from './take-customer.ts';

const UNNAMED =
  'subscriptions are on prices that no plan of config names: they count once a plan has the price (`price:` in products)';

/** Webhooks are fast, this is sure: every customer's picture is compared with ours, whatever got lost on the way. */
export async function sweepBilling(deps: Deps, billing: Billing, run: SweepRun): Promise<{ customers: number }> {
  const prices = await billing.readPrices(run.call);
  await inTransaction(deps.store, (tx) => savePrices(tx, run.connection, prices, deps.now()));
  const swept = { customers: 0 };
  const unnamed = new Set<string>();
  // Of all pages: a connector may read the subscriptions of all customers before the first page.
  const wireReadAt = deps.wireNow();
  for await (const customers of billing.readCustomers(run.call)) {
    for (const customer of await changed(deps, run.connection, customers, wireReadAt)) {
      await takeCustomer(deps, run.connection, customer, wireReadAt);
    }
    for (const price of customers.flatMap(onNothingNamed)) unnamed.add(price);
    swept.customers += customers.length;
    run.beat(swept);
  }
  if (unnamed.size > 0) deps.log.warn({ connection: run.connection, prices: [...unnamed].slice(0, 20) }, UNNAMED);
  return swept;
}

/** Prices of subscriptions on which no item has a name: beside one that has, it is an add-on. */
function onNothingNamed({ subscriptions, unnamed }: BillingCustomer): string[] {
  const named = new Set(subscriptions.map(({ id }) => id));
  return unnamed.filter(({ subscriptionId }) => !named.has(subscriptionId)).map(({ price }) => price);
}

/** Those whose picture differs from the one taken in last; the others are only noted as read. One look for the page. */
async function changed(
  deps: Deps,
  connection: string,
  customers: BillingCustomer[],
  wireReadAt: number,
): Promise<BillingCustomer[]> {
  return await inTransaction(deps.store, async (tx) => {
    const known = await readFingerprints(
      tx,
      connection,
      customers.map((customer) => customer.customerId),
    );
    const differs = (customer: BillingCustomer) => known.get(customer.customerId) !== fingerprint(customer);
    const same = customers.filter((customer) => !differs(customer)).map((customer) => customer.customerId);
    await touchLinks(tx, connection, same, { now: businessNow(deps.clock, wireReadAt), wireNow: wireReadAt });
    return customers.filter(differs);
  });
}
