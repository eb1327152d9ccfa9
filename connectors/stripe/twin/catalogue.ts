/** The world's plans as Stripe products, each with one monthly price. */
import type { Directory } from '../../../sandbox/frame/types.ts';
import { makeId, type StripeState } from './state.ts';
import type { WirePrice, WireProduct } from './wire.ts';

const CREATED = 1_700_000_000;

export function loadCatalogue(state: StripeState): void {
  for (const [product, plans] of Object.entries(state.context.directory.catalogue)) {
    const features: string[] = [];
    for (const [plan, entry] of Object.entries(plans)) {
      const own = `${product}_${plan}`;
      if (entry.mrrCents !== null) features.push(own);
      const item = productObject(product, plan);
      const price = priceObject(item.id, entry);
      state.products.set(item.id, item);
      state.prices.set(price.id, price);
      state.planOfPrice.set(price.id, { product, plan });
      // Higher tiers have all that lower ones have; pay as you go stands beside the tiers.
      state.featuresOf.set(item.id, entry.mrrCents === null ? [own] : [...features]);
    }
  }
}

/** Seats are sold: the subscription's quantity is their number. */
export function quantityOf(state: StripeState, product: string, plan: string): number {
  return state.context.directory.catalogue[product]?.[plan]?.limits.seats ?? 1;
}

export function priceOf(state: StripeState, product: string, plan: string): WirePrice {
  for (const [id, name] of state.planOfPrice) {
    const price = state.prices.get(id);
    if (price && name.product === product && name.plan === plan) return price;
  }
  throw new Error(`the catalogue has no plan ${product}/${plan}`);
}

function productObject(product: string, plan: string): WireProduct {
  return {
    id: makeId('prod', `${product}/${plan}`),
    object: 'product',
    active: true,
    created: CREATED,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: { product, plan },
    name: `${product[0]?.toUpperCase()}${product.slice(1)} ${plan}`,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: CREATED,
    url: null,
  };
}

/**
 * A plan costs the same for any number of seats it includes, and the quantity is the number of seats: Stripe's package
 * pricing (https://docs.stripe.com/products-prices/pricing-models#package-pricing). No monthly price: pay as you go.
 */
function priceObject(product: string, entry: Directory['catalogue'][string][string]): WirePrice {
  const seats = entry.limits.seats;
  const metered = entry.mrrCents === null;
  const cents = entry.mrrCents ?? 0;
  return {
    id: makeId('price', entry.priceKey),
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: CREATED,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: entry.priceKey,
    metadata: {},
    nickname: null,
    product,
    recurring: {
      interval: 'month',
      interval_count: 1,
      meter: metered ? makeId('mtr', entry.priceKey) : null,
      trial_period_days: null,
      usage_type: metered ? 'metered' : 'licensed',
    },
    tax_behavior: 'exclusive',
    tiers_mode: null,
    transform_quantity: seats ? { divide_by: seats, round: 'up' } : null,
    type: 'recurring',
    // The world's pay-as-you-go costs 12 cents for 1,000 calls.
    unit_amount: metered ? null : cents,
    unit_amount_decimal: metered ? '0.012' : String(cents),
  };
}
