/** What a subscription brings in a month: after discounts, without tax and without usage. Pure. */
import type { Cents } from '../../domain/model.ts';
import type { Coupon, Discount, Price, StripeCustomer, StripeItem, StripeSubscription } from './schemas.ts';

const MONTHS = { day: 12 / 365, week: 12 / 52, month: 1, year: 12 } as const;

export interface Reductions {
  /** By id, with what they apply to; deleted coupons are missing and then taken as the discount shows them. */
  coupons: ReadonlyMap<string, Coupon>;
  /** A customer's discount counts where the subscription has none of its own (https://docs.stripe.com/billing/subscriptions/coupons). */
  customer: StripeCustomer | null;
  /** Vendor time in seconds: discounts that have ended are ignored. */
  now: number;
}

/** Monthly cents by item id. The cents of a reduction that is spread over items are rounded per item. */
export function monthlyByItem(subscription: StripeSubscription, reductions: Reductions): Map<string, Cents> {
  const inherited = subscription.discounts.length === 0 && reductions.customer?.discount;
  const shared = coupons(inherited ? [inherited] : subscription.discounts, reductions);
  const amounts = subscription.items.data.map((item) => {
    const net = monthlyCents(item.price, item.quantity ?? 1) / (1 + inclusiveTax(item, subscription));
    const product = item.price.product;
    const own = coupons(item.discounts, reductions).filter((coupon) => appliesTo(coupon, product));
    const months = intervalMonths(item.price);
    return {
      id: item.id,
      product,
      months,
      cents: own.reduce((cents, coupon) => reduce(cents, coupon, cents, months, subscription.currency), net),
    };
  });
  for (const coupon of shared) {
    const eligible = amounts.filter((amount) => appliesTo(coupon, amount.product));
    const total = eligible.reduce((sum, amount) => sum + amount.cents, 0);
    for (const amount of eligible)
      amount.cents = reduce(amount.cents, coupon, total, amount.months, subscription.currency);
  }
  return new Map(amounts.map(({ id, cents }) => [id, Math.round(cents)]));
}

/** The list price of a quantity, normalised to a month. Usage-priced: 0. */
export function monthlyCents(price: Price, quantity: number): number {
  if (price.recurring === null || price.recurring.usage_type === 'metered') return 0;
  return intervalCents(price, quantity) / intervalMonths(price);
}

function intervalCents(price: Price, quantity: number): number {
  const units = packages(quantity, price.transform_quantity);
  if (price.billing_scheme !== 'tiered') return units * (price.unit_amount_decimal ?? price.unit_amount ?? 0);
  let below = 0;
  let cents = 0;
  for (const tier of price.tiers ?? []) {
    const top = tier.up_to ?? Number.POSITIVE_INFINITY;
    const unit = tier.unit_amount_decimal ?? tier.unit_amount ?? 0;
    const flat = tier.flat_amount_decimal ?? tier.flat_amount ?? 0;
    if (price.tiers_mode === 'volume') {
      if (units <= top) return units * unit + flat;
    } else if (units > below) {
      cents += (Math.min(units, top) - below) * unit + flat;
    }
    below = top;
  }
  return cents;
}

function packages(quantity: number, transform: Price['transform_quantity']): number {
  if (!transform) return quantity;
  const parts = quantity / transform.divide_by;
  return transform.round === 'down' ? Math.floor(parts) : Math.ceil(parts);
}

export function intervalMonths(price: Price): number {
  const interval = price.recurring?.interval ?? 'month';
  // The four intervals of the API; one added later counts as a month rather than as nothing.
  return (MONTHS[interval as keyof typeof MONTHS] ?? 1) * (price.recurring?.interval_count ?? 1);
}

/** `once` is over with the first invoice and no part of recurring revenue. */
function coupons(discounts: Discount[], { coupons, now }: Reductions): Coupon[] {
  return discounts.flatMap((discount) => {
    if (typeof discount === 'string' || (discount.end !== null && discount.end <= now)) return [];
    const given = discount.source.coupon;
    if (given === null) return [];
    const known = coupons.get(typeof given === 'string' ? given : given.id);
    const coupon = known ?? (typeof given === 'string' ? null : given);
    return coupon && coupon.duration !== 'once' ? [coupon] : [];
  });
}

function appliesTo(coupon: Coupon, product: string): boolean {
  return !coupon.applies_to || coupon.applies_to.products.includes(product);
}

/** `cents` is this item's share of `total`, which the coupon reduces. Amounts off are per invoice. */
function reduce(cents: number, coupon: Coupon, total: number, months: number, currency: string): number {
  if (coupon.percent_off !== null) return cents * (1 - coupon.percent_off / 100);
  if (coupon.amount_off === null || coupon.currency !== currency || total <= 0) return cents;
  return Math.max(0, cents - (coupon.amount_off / months) * (cents / total));
}

/** Only rates set by hand say what is inside the price; with automatic tax only the invoice knows. */
function inclusiveTax(item: StripeItem, subscription: StripeSubscription): number {
  const rates = item.tax_rates?.length ? item.tax_rates : (subscription.default_tax_rates ?? []);
  return rates.filter((rate) => rate.inclusive).reduce((sum, rate) => sum + rate.percentage / 100, 0);
}

export function hasDiscounts({ discounts, items }: StripeSubscription): boolean {
  return discounts.length > 0 || items.data.some((item) => item.discounts.length > 0);
}
