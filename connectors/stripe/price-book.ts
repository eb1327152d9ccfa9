/** Config's plans and Stripe's prices: which is which. */
import type { Config } from '../../config/schema/index.ts';
import type { Call } from '../kit/operation.ts';
import { chunk } from '../kit/paginate.ts';
import type { StripeClient } from './client.ts';
import { listOf, type Price, price as priceShape } from './schemas.ts';

export interface PlanName {
  product: string;
  plan: string;
}
export interface PriceBook {
  /** Null: a price of nothing that config knows. */
  planOf: (price: Price) => PlanName | null;
  /** The active price of each configured plan, where Stripe has one. */
  prices: { name: PlanName; price: Price }[];
}

/** https://docs.stripe.com/api/prices/list: up to 10 lookup keys in one call. */
const LOOKUP_KEYS_PER_CALL = 10;

export async function readPriceBook(client: StripeClient, config: Config, call: Call): Promise<PriceBook> {
  const names = new Map<string, PlanName>();
  for (const [product, { plans }] of Object.entries(config.products)) {
    for (const [plan, { price }] of Object.entries(plans)) names.set(price, { product, plan });
  }
  const found: Price[] = [];
  for (const lookup_keys of chunk([...names.keys()], LOOKUP_KEYS_PER_CALL)) {
    const page = await client.read('readPrices', call, listOf(priceShape), (stripe) =>
      stripe.prices.list({ lookup_keys, active: true, limit: 100, expand: ['data.tiers'] }),
    );
    found.push(...page.data);
  }
  return priceBook(names, found);
}

/**
 * By lookup key; else by the Stripe product, where all configured prices of it are one plan: yearly prices, and old
 * ones that customers keep after their lookup key moved to a new price, are the same plan.
 */
export function priceBook(names: ReadonlyMap<string, PlanName>, found: Price[]): PriceBook {
  const prices = found.flatMap((price) => {
    const name = names.get(price.lookup_key ?? '');
    return name ? [{ name, price }] : [];
  });
  const byProduct = new Map<string, PlanName | null>();
  for (const { name, price } of prices) {
    byProduct.set(price.product, byProduct.has(price.product) ? null : name);
  }
  return {
    prices,
    planOf: (price) => names.get(price.lookup_key ?? '') ?? byProduct.get(price.product) ?? null,
  };
}
