import { z } from 'zod';
import { duration, holdFor, key, level, ratio } from './values.ts';

/** `off` does nothing, `shadow` decides and writes down what it would have done, `live` acts. */
export const mode = z.enum(['off', 'shadow', 'live']);

const common = {
  play: key,
  mode: mode.default('live'),
  /** Only these metrics; by default every plan-limited metric (velocity: every metric of a usage-priced plan). */
  metrics: z.array(key).min(1).optional(),
  products: z.array(key).min(1).optional(),
  /** The name that a backtest writes as `kind`. */
  label: z.string().optional(),
  held_for: holdFor.optional(),
  /** How often one account and metric may trip: per billing period, or within a duration. */
  cap: z.strictObject({ max: z.number().int().positive(), per: z.union([z.literal('period'), duration]) }).optional(),
  max_age: duration.optional(),
};

export const trigger = z.discriminatedUnion('when', [
  z.strictObject({ when: z.literal('utilization'), at: level, rearm_below: level.optional(), lead_time: duration.optional(), ...common }),
  z.strictObject({ when: z.literal('limit_reached'), rearm_below: level.optional(), ...common }),
  z.strictObject({
    when: z.literal('velocity'),
    /** 0.25 means a quarter more than the weeks it is compared with. */
    growth: z.number().positive(),
    versus: duration.default(2_419_200_000),
    /** How long the growth must have lasted. */
    for: duration.default(604_800_000),
    /** Below this weekly volume growth means nothing. */
    min_weekly: z.number().nonnegative().default(1_000),
    ...common,
  }),
  z.strictObject({ when: z.literal('decline_after_limit'), drop: ratio, within: duration, ...common }),
]);

export type Mode = z.output<typeof mode>;
export type Trigger = z.output<typeof trigger>;
export type TriggerKind = Trigger['when'];
