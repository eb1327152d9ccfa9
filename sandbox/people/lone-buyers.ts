import type { Iso } from '../../domain/model.ts';
import { DAY, later, type PeopleContext } from './context.ts';
import type { Cast } from './personas.ts';

/** Customers who change their plan in the billing portal, though nobody asked them. */
export function buyAlone(context: PeopleContext, cast: Cast, worldStart: Iso): void {
  for (const [account, { alone }] of Object.entries(cast)) {
    if (!alone) continue;
    const { product, plan, day } = alone;
    const wait = Math.max(0, Date.parse(worldStart) + day * DAY - context.clock.nowMs());
    later(context, wait, `${account} buying alone`, async () => {
      await context.act('stripe.change_plan', { account, product, plan });
      context.note({
        act: 'upgraded_alone',
        account,
        product,
        id: `${account}/${product}`,
        summary: `${account} chose ${plan} of ${product} by itself`,
      });
    });
  }
}
