import { z } from 'zod';
import { clockTime, duration } from './values.ts';

export const blocker = z.enum(['open_severe_ticket', 'incident', 'unpaid_overdue', 'trial_active']);
const cap = z.strictObject({ max: z.number().int().positive(), per: duration });
const DAY = 86_400_000;

export const guardrails = z.strictObject({
  touches_per_trigger_event: z.number().int().positive().max(2, 'at most 2 touches per trigger event').default(2),
  touches_per_account: cap.default({ max: 2, per: 30 * DAY }),
  touches_per_person: cap.default({ max: 2, per: 30 * DAY }),
  /** After `count` touches that stayed unengaged for `within`: nothing more for `cooldown`. */
  unengaged_prompts: z
    .strictObject({ count: z.number().int().positive(), within: duration, cooldown: duration })
    .default({ count: 2, within: 7 * DAY, cooldown: 90 * DAY }),
  /** A call, e-mail or meeting of the account manager holds automation for this long. */
  account_manager_outreach: z.strictObject({ holds: duration }).default({ holds: 14 * DAY }),
  /** No message leaves between from and to, nor at weekends, in the account's zone (or an IANA zone named here). */
  quiet_hours: z
    .strictObject({ from: clockTime, to: clockTime, weekends: z.boolean().default(true), zone: z.string().default('account') })
    .default({ from: '18:00', to: '08:00', weekends: true, zone: 'account' }),
  never_while: z.array(blocker).default(['open_severe_ticket', 'incident', 'unpaid_overdue', 'trial_active']),
  after_decline: duration.default(60 * DAY),
  after_upgrade: duration.default(30 * DAY),
  /** Accounts already past a level when we first look are not mailed all at once. */
  first_sight: z
    .strictObject({ release_per_day: z.number().int().nonnegative(), max_age: duration })
    .default({ release_per_day: 20, max_age: 2 * DAY }),
  /** A held prompt is given up after this long. */
  hold_at_most: duration.default(14 * DAY),
});

export type Blocker = z.output<typeof blocker>;
export type Guardrails = z.output<typeof guardrails>;
