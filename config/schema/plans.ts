import { z } from 'zod';
import { condition, key, positiveDuration } from './values.ts';

const fromSubscription = z.strictObject({ from: z.literal('subscription.quantity') });
const fromReading = z.strictObject({ from: z.literal('reading') });

/** A plan's limit for one metric. `unlimited` never triggers on a level; the account's contract, where billing carries one, wins. */
export const limit = z
  .union([
    z.number().positive('a limit must be above 0; write unlimited where there is none'),
    z.literal('unlimited'),
    fromSubscription,
    fromReading,
  ])
  .describe(
    "A number, `unlimited`, `{ from: subscription.quantity }` or `{ from: reading }`. An account's own contract wins.",
  );

export const plan = z.strictObject({
  price: z.string().min(1).describe("The vendor's stable name of the price (Stripe: lookup_key)"),
  name: z.string().optional().describe('The name that customers know'),
  limits: z.record(key, limit).describe('What the plan allows, by metric'),
  next: z
    .union([key, z.literal('none')])
    .optional()
    .describe('The plan that an upgrade leads to; by default the next line. `none` for the top tier.'),
  pitch: z.string().optional().describe('A sentence shown beside the price: what this plan is for'),
  entitlements: z
    .array(z.string().min(1))
    .default([])
    .describe("Billing's names of what this plan unlocks: a trial has started when all of them are active"),
  pricing: z
    .enum(['flat', 'usage'])
    .default('flat')
    .describe('`usage` for pay-as-you-go: no limits to reach, velocity triggers apply'),
});

export const feature = z.strictObject({
  name: z.string().min(1).describe('The name that customers know'),
  tier: key.describe('The lowest plan that has it'),
  used_when: condition
    .optional()
    .describe('True when the account already uses it on its own plan: then it is no reason to upgrade'),
  because: condition.describe("True when the account's own usage shows that it would help"),
  line: z.string().min(1).describe("The sentence in mails, in Liquid, with the account's own numbers"),
});

export const product = z.strictObject({
  name: z.string().optional().describe('The name that customers know'),
  plans: z
    .record(key, plan)
    .refine((plans) => Object.keys(plans).length > 0, 'a product needs at least one plan')
    .describe('Lowest first'),
  features: z.record(key, feature).default({}).describe('Reasons to upgrade, the strongest first'),
  social_proof: z
    .record(key, z.union([z.string().min(1), z.strictObject({ count: z.literal('segment') })]))
    .default({})
    .describe(
      'By next tier: a sentence you can stand by, or `{ count: segment }` for the number of own accounts of that segment there (shown from 20 up)',
    ),
});

/** How a usage source reads the number: the words belong to the connector, which checks them (its `read` schema). */
export const readSpec = z
  .record(z.string(), z.unknown())
  .refine((r) => Object.keys(r).length > 0, 'say how to read it')
  .describe('How to read the number, in the words of the connector');

export const metric = z.strictObject({
  product: key.describe('The product whose plans limit it'),
  name: z.string().optional().describe('The name that customers know'),
  from: key.describe('The connection that reads it'),
  read: readSpec,
  resets: z
    .enum(['billing_period', 'never'])
    .describe('`billing_period` for a counter that starts anew, `never` for a gauge'),
  every: positiveDuration.default(900_000).describe('How often it is read'),
  stale_after: positiveDuration
    .default(21_600_000)
    .describe(
      "When its source was not read for so long, `status` calls the source silent and chat is told; of a source's metrics the shortest counts. No trigger comes true by it until it is read again",
    ),
  unit: z.string().default('').describe('Shown after the number'),
});

export const fact = z.strictObject({
  from: key.describe('The connection that reads it'),
  read: readSpec,
  unit: z.string().default('').describe('Shown after the number'),
  sample: z
    .union([z.number(), z.string(), z.boolean()])
    .describe("An example value: its type is the fact's type, and `headroom validate` renders templates with it"),
});

export type Limit = z.output<typeof limit>;
export type Plan = z.output<typeof plan>;
export type Feature = z.output<typeof feature>;
export type Product = z.output<typeof product>;
export type Metric = z.output<typeof metric>;
export type Fact = z.output<typeof fact>;
