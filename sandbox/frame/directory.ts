import { CATALOG } from '../../bench/worlds/common.mjs';
import type { Directory, WorldAccount, WorldRow } from './types.ts';

type Catalogue = Directory['catalogue'];

/** The worlds' price list in the directory's words. */
export function catalogueOfWorlds(): Catalogue {
  const catalogue: Catalogue = {};
  for (const [product, plans] of Object.entries(CATALOG)) {
    catalogue[product] = Object.fromEntries(
      Object.entries(plans).map(([plan, { mrrCents, limits }]) => [
        plan,
        { mrrCents, limits: { ...limits }, priceKey: `${product}_${plan}_monthly` },
      ]),
    );
  }
  return catalogue;
}

/** Who is who in the world, kept up to date by the rows as they are played. */
export interface LiveDirectory extends Directory {
  learn: (row: WorldRow) => void;
  setPlan: (account: string, product: string, plan: string | null) => void;
}

export function createDirectory(catalogue: Catalogue): LiveDirectory {
  const accounts = new Map<string, WorldAccount>();
  const plans = new Map<string, string | null>();
  // Former admins stay: they still read their mail.
  const byEmail = new Map<string, string>();
  const setPlan = (account: string, product: string, plan: string | null) => {
    plans.set(`${account}/${product}`, plan);
  };
  return {
    accounts,
    catalogue,
    accountOfEmail: (email) => byEmail.get(email.trim().toLowerCase()) ?? null,
    planOf: (account, product) => plans.get(`${account}/${product}`) ?? null,
    setPlan,
    learn: (row) => {
      if (row.type === 'account') {
        accounts.set(row.account, row);
        byEmail.set(row.admin.email.toLowerCase(), row.account);
      } else if (row.type === 'subscription') setPlan(row.account, row.product, row.plan);
    },
  };
}
