/**
 * The fields we rely on, of https://docs.stripe.com/api. Everything else a reply carries is ignored. What Stripe may
 * give as an id or as the expanded object is reduced to the id, unless we asked for the object.
 */
import { z } from 'zod';

/** Decimal amounts are strings on the wire and `Stripe.Decimal` objects after the package parsed them. */
const decimal = z
  .unknown()
  .transform((value) => (value === null || value === undefined ? null : Number(String(value))));
const seconds = z.number().int();
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const idOf = z.union([z.string(), z.object({ id: z.string() }).transform((object) => object.id)]);

const tier = z.object({
  up_to: z.number().nullable(),
  flat_amount: z.number().nullish(),
  flat_amount_decimal: decimal,
  unit_amount: z.number().nullish(),
  unit_amount_decimal: decimal,
});

export const price = z.object({
  id: z.string(),
  lookup_key: z.string().nullable(),
  currency: z.string(),
  product: idOf,
  billing_scheme: z.string(),
  tax_behavior: z.string().nullish(),
  tiers_mode: z.string().nullish(),
  tiers: z.array(tier).optional(),
  transform_quantity: z.object({ divide_by: z.number(), round: z.string() }).nullish(),
  unit_amount: z.number().nullable(),
  unit_amount_decimal: decimal,
  recurring: z.object({ interval: z.string(), interval_count: z.number(), usage_type: z.string() }).nullable(),
});

export const coupon = z.object({
  id: z.string(),
  percent_off: z.number().nullable(),
  amount_off: z.number().nullable(),
  currency: z.string().nullable(),
  duration: z.string(),
  applies_to: z.object({ products: z.array(z.string()) }).nullish(),
});

/** `source.coupon` since 2025-09-30; unexpanded discounts are their id. */
export const discount = z.union([
  z.string(),
  z.object({
    id: z.string(),
    end: seconds.nullable(),
    source: z.object({ coupon: z.union([z.string(), coupon]).nullable() }),
  }),
]);

const taxRate = z.object({ inclusive: z.boolean(), percentage: z.number() });

export const subscriptionItem = z.object({
  id: z.string(),
  price,
  /** Absent for usage-priced items. */
  quantity: z.number().optional(),
  current_period_start: seconds,
  current_period_end: seconds,
  discounts: z.array(discount).default([]),
  tax_rates: z.array(taxRate).nullish(),
});

export const subscription = z.object({
  id: z.string(),
  customer: idOf,
  status: z.string(),
  currency: z.string(),
  created: seconds,
  metadata,
  discounts: z.array(discount).default([]),
  items: z.object({ data: z.array(subscriptionItem) }),
  default_tax_rates: z.array(taxRate).nullish(),
  pending_update: z
    .object({
      subscription_items: z
        .array(z.object({ price: z.object({ id: z.string() }), quantity: z.number().optional() }))
        .nullish(),
    })
    .nullish(),
  trial_end: seconds.nullable(),
  ended_at: seconds.nullable(),
});

/** Kept loose: `account_key` may name any field of it. */
export const customer = z.looseObject({
  id: z.string(),
  deleted: z.literal(true).optional(),
  email: z.string().nullish(),
  metadata,
  discount: discount.nullish(),
});

export const invoice = z.object({
  id: z.string(),
  customer: idOf.nullable(),
  status: z.string().nullable(),
  amount_remaining: z.number(),
  total: z.number(),
  pre_payment_credit_notes_amount: z.number(),
  attempted: z.boolean(),
  due_date: seconds.nullable(),
  created: seconds,
  billing_reason: z.string().nullish(),
  parent: z.object({ subscription_details: z.object({ subscription: idOf }).nullish() }).nullish(),
});

export const previewedInvoice = z.object({ amount_due: z.number(), currency: z.string() });
export const portalSession = z.object({ url: z.url() });
export const entitlement = z.object({ id: z.string(), lookup_key: z.string() });

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), has_more: z.boolean() });
}

export type Price = z.output<typeof price>;
export type Coupon = z.output<typeof coupon>;
export type Discount = z.output<typeof discount>;
export type StripeItem = z.output<typeof subscriptionItem>;
export type StripeSubscription = z.output<typeof subscription>;
export type StripeCustomer = z.output<typeof customer>;
export type StripeInvoice = z.output<typeof invoice>;
