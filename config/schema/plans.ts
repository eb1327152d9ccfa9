import { z } from 'zod';
import { condition, duration, key } from './values.ts';

const fromSubscription = z.strictObject({ from: z.literal('subscription.quantity') });
const fromReading = z.strictObject({ from: z.literal('reading') });

/** A plan's limit for one metric. `unlimited` never triggers on a level; the account's contract, where billing carries one, wins. */
export const limit = z.union([
  z.number().positive('a limit must be above 0; write unlimited where there is none'),
  z.literal('unlimited'),
  fromSubscription,
  fromReading,
]);

export const plan = z.strictObject({
  /** The vendor's stable name of the price (Stripe: lookup_key). */
  price: z.string().min(1),
  name: z.string().optional(),
  limits: z.record(key, limit),
  /** The plan that an upgrade leads to; by default the next line. `none` for the top tier. */
  next: z.union([key, z.literal('none')]).optional(),
  /** Shown in templates beside the price. */
  pitch: z.string().optional(),
  /** `usage` for pay-as-you-go: no limits to reach, velocity triggers apply. */
  pricing: z.enum(['flat', 'usage']).default('flat'),
});

export const feature = z.strictObject({
  name: z.string().min(1),
  /** The lowest plan that has it. */
  tier: key,
  /** True when the account already uses it on its own plan: then it is no reason to upgrade. */
  used_when: condition.optional(),
  /** True when the account's own usage shows that it would help. */
  because: condition,
  /** Liquid: the sentence in mails, with the account's own numbers. */
  line: z.string().min(1),
});

export const product = z.strictObject({
  name: z.string().optional(),
  plans: z.record(key, plan).refine((plans) => Object.keys(plans).length > 0, 'a product needs at least one plan'),
  features: z.record(key, feature).default({}),
  /** A sentence that RevOps writes for a next tier, or `count`: the number of own accounts of that segment there, from 20 up. */
  social_proof: z.record(key, z.union([z.string().min(1), z.strictObject({ count: z.literal('segment') })])).default({}),
});

/** How a usage source reads the number: the words belong to the connector, which checks them (its `read` schema). */
export const readSpec = z.record(z.string(), z.unknown()).refine((r) => Object.keys(r).length > 0, 'say how to read it');

export const metric = z.strictObject({
  product: key,
  name: z.string().optional(),
  from: key,
  read: readSpec,
  /** A counter starts anew each billing period; a gauge never does. */
  resets: z.enum(['billing_period', 'never']),
  every: duration.default(900_000),
  stale_after: duration.default(21_600_000),
  unit: z.string().default(''),
});

export const fact = z.strictObject({
  from: key,
  read: readSpec,
  unit: z.string().default(''),
  /** An example value: templates are rendered with it by `headroom validate`. */
  sample: z.union([z.number(), z.string(), z.boolean()]),
});

export type Limit = z.output<typeof limit>;
export type Plan = z.output<typeof plan>;
export type Feature = z.output<typeof feature>;
export type Product = z.output<typeof product>;
export type Metric = z.output<typeof metric>;
export type Fact = z.output<typeof fact>;
