import { z } from 'zod';
import { duration, holdFor, key, level, positiveDuration, ratio } from './values.ts';

export const mode = z
  .enum(['off', 'shadow', 'live'])
  .describe('`off` does nothing, `shadow` decides and writes down what it would have done, `live` acts');

const common = {
  play: key.describe('The play that it starts'),
  mode: mode.default('live'),
  metrics: z
    .array(key)
    .min(1)
    .optional()
    .describe(
      'Only these metrics; by default every plan-limited metric (velocity: every metric of a usage-priced plan)',
    ),
  products: z.array(key).min(1).optional().describe('Only these products'),
  label: z.string().optional().describe('The name that a backtest writes as `kind`'),
  held_for: holdFor.optional().describe('How long it must be so before it counts: a duration, or `N readings`'),
  cap: z
    .strictObject({ max: z.number().int().positive(), per: z.union([z.literal('period'), positiveDuration]) })
    .optional()
    .describe('How often one account and metric may trip: per billing period, or within a duration'),
  max_age: duration.optional().describe('A crossing that we learned of longer ago is recorded, not acted upon'),
};

export const trigger = z.discriminatedUnion('when', [
  z.strictObject({
    when: z.literal('utilization').describe('Used ÷ limit reaches a level'),
    at: level.describe('0.80 is 80 % of the limit'),
    rearm_below: level
      .optional()
      .describe('May trip again after falling below this; when left out, 0.05 below the level'),
    lead_time: duration
      .optional()
      .describe('Trips from `at` on, but only once the forecast reaches the limit within this time'),
    ...common,
  }),
  z.strictObject({
    when: z.literal('limit_reached').describe('Nothing is left'),
    rearm_below: level
      .optional()
      .describe('May trip again after falling below this; when left out, 0.05 below the level'),
    ...common,
  }),
  z.strictObject({
    when: z.literal('velocity').describe('Usage grows faster than before: for usage-priced plans'),
    growth: z
      .number()
      .positive()
      .max(4, 'growth is a share: 0.4 is 40 % more, and at most 4 can be asked for')
      .describe('0.25 means a quarter more than the weeks it is compared with'),
    versus: duration.default(2_419_200_000).describe('The time before that it is compared with'),
    for: duration.default(604_800_000).describe('How long the growth must have lasted'),
    min_weekly: z.number().nonnegative().default(1_000).describe('Below this weekly volume growth means nothing'),
    ...common,
  }),
  z.strictObject({
    when: z.literal('decline_after_limit').describe('Usage was cut after a limit was reached'),
    drop: ratio.describe('0.3 means 30 % less'),
    within: duration.describe('How long after the limit'),
    ...common,
  }),
]);

export type Mode = z.output<typeof mode>;
export type Trigger = z.output<typeof trigger>;
export type TriggerKind = Trigger['when'];
