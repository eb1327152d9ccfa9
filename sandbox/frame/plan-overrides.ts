import type { Directory, WorldRow } from './types.ts';

/**
 * The world was written before anybody acted in it. Once a person (or the hub) has changed a plan, the world's later
 * rows of that product follow the person: renewals carry the new plan, readings its limit; what was used stays.
 */
export interface PlanOverrides {
  changed: (change: { account: string; product: string; plan: string | null }) => void;
  translate: (row: WorldRow) => WorldRow | null;
}

export function createPlanOverrides(catalogue: Directory['catalogue']): PlanOverrides {
  const plans = new Map<string, string | null>();
  return {
    changed: ({ account, product, plan }) => {
      plans.set(`${account}/${product}`, plan);
    },
    translate: (row) => {
      if (row.type !== 'subscription' && row.type !== 'reading') return row;
      const plan = plans.get(`${row.account}/${row.product}`);
      if (plan === undefined) return row;
      // A product that its customer has cancelled has no renewals and no meter any more.
      if (plan === null) return null;
      const listed = catalogue[row.product]?.[plan];
      if (row.type === 'reading') return { ...row, limit: listed?.limits[row.metric] ?? null };
      // A cancellation contradicts no plan: it ends whatever the customer has.
      if (row.plan === null) {
        plans.set(`${row.account}/${row.product}`, null);
        return row;
      }
      return { ...row, plan, mrrCents: listed?.mrrCents ?? row.mrrCents };
    },
  };
}
