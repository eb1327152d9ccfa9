import type { Config } from '../../../config/schema/index.ts';
import type { Billing } from '../../kit/capabilities.ts';
import type { StripeClient } from '../client.ts';
import { monthlyCents } from '../money.ts';
import { readPriceBook } from '../price-book.ts';

/**
 * `monthlyCents` is the list price of one unit in a month, whatever the interval; with tiers or packages, of the first
 * one. Usage-priced plans have none.
 */
export function readPrices(client: StripeClient, config: Config): Billing['readPrices'] {
  return async (call) => {
    const { prices } = await readPriceBook(client, config, call);
    return prices.map(({ name, price }) => ({
      ...name,
      priceId: price.id,
      unitCents: price.unit_amount,
      monthlyCents: price.recurring?.usage_type === 'metered' ? null : Math.round(monthlyCents(price, 1)),
    }));
  };
}
