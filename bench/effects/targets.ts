import { setTimeout as sleep } from 'node:timers/promises';
import { findPaidSubscription, inTransaction, readLinks, readPrices, type Store } from '../../store/index.ts';
import type { Target } from './kinds.ts';

const PATIENCE_MS = 60_000;

/** Where every account's things are, once the hub has read its vendors. */
export async function readTargets(store: Store, accounts: number): Promise<Target[]> {
  const names = Array.from({ length: accounts }, (_, n) => `acct-${n}`);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await tryToRead(store, names);
    if (found.length === accounts) return found;
    if (performance.now() > deadline)
      throw new Error(`the hub knows only ${found.length} of ${accounts} accounts after ${PATIENCE_MS / 1_000} s`);
    await sleep(500);
  }
}

async function tryToRead(store: Store, accounts: string[]): Promise<Target[]> {
  return await inTransaction(store, async (tx) => {
    const links = await readLinks(tx, accounts);
    const prices = await readPrices(tx, 'billing');
    const price = prices.find(({ product, plan }) => product === 'core' && plan === 'team');
    const targets: Target[] = [];
    for (const account of accounts) {
      const company = links.find((link) => link.account === account && link.connection === 'crm');
      const paid = await findPaidSubscription(tx, account, 'core');
      if (!company || !paid || !price) continue;
      targets.push({
        account,
        email: `admin@${account}.example`,
        userId: `u_${account}`,
        owner: `am-${account}@vendor.example`,
        companyId: company.externalId,
        customerId: paid.customerId,
        subscriptionId: paid.id,
        itemId: paid.itemId,
        priceId: price.priceId,
        prorationDate: Math.floor(Date.now() / 1_000),
      });
    }
    return targets;
  });
}
