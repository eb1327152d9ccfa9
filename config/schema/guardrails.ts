import { z } from 'zod';
import { clockTime, duration, positiveDuration, ratio } from './values.ts';

export const blocker = z.enum(['open_severe_ticket', 'incident', 'unpaid_overdue', 'trial_active']);
/** Reasons that may last so long that the moment passes. Quiet hours, incidents and trials end by themselves. */
export const alertInstead = z.enum([
  'opted_out',
  'hard_bounced',
  'account_cap',
  'person_cap',
  'cooldown',
  'open_severe_ticket',
  'unpaid_overdue',
  'am_outreach',
]);
const cap = z.strictObject({ max: z.number().int().positive(), per: positiveDuration });
const DAY = 86_400_000;

/** So many, and such a share, within this time: more than that is no bad luck. */
const brakeRule = z.strictObject({
  share: ratio.describe('More than this share, 0 to 1'),
  at_least: z.number().int().positive().describe('And at least so many'),
  within: positiveDuration.describe('Of what was begun within this time'),
});

export const guardrails = z.strictObject({
  touches_per_trigger_event: z
    .number()
    .int()
    .positive()
    .max(2, 'at most 2 touches per trigger event')
    .default(2)
    .describe('Messages about one trigger event: 1 or 2'),
  touches_per_account: cap.default({ max: 2, per: 30 * DAY }).describe('Messages of plays to one account'),
  touches_per_person: cap
    .default({ max: 2, per: 30 * DAY })
    .describe('Messages of plays to one person, in all accounts together'),
  unengaged_prompts: z
    .strictObject({ count: z.number().int().positive(), within: duration, cooldown: duration })
    .default({ count: 2, within: 7 * DAY, cooldown: 90 * DAY })
    .describe('After `count` touches that stayed unengaged for `within`: nothing more for `cooldown`'),
  account_manager_outreach: z
    .strictObject({ holds: duration })
    .default({ holds: 14 * DAY })
    .describe('A call, e-mail or meeting of the account manager holds automation for this long'),
  quiet_hours: z
    .strictObject({
      from: clockTime,
      to: clockTime,
      weekends: z.boolean().default(true),
      zone: z.string().default('account').describe("`account` for the account's own zone, or an IANA zone"),
    })
    .default({ from: '18:00', to: '08:00', weekends: true, zone: 'account' })
    .describe('No message leaves in these hours, nor at weekends'),
  never_while: z
    .array(blocker)
    .default(['open_severe_ticket', 'incident', 'unpaid_overdue', 'trial_active'])
    .describe('While one of these is true a message waits'),
  after_decline: duration
    .default(60 * DAY)
    .describe('No message for this long after the account cut its usage (a decline_after_limit trigger)'),
  after_upgrade: duration.default(30 * DAY).describe('No message for this long after an upgrade'),
  first_sight: z
    .strictObject({ release_per_day: z.number().int().nonnegative(), max_age: duration })
    .default({ release_per_day: 20, max_age: 2 * DAY })
    .describe('Accounts already past a level when we first look are not mailed all at once'),
  alert_instead: z
    .array(alertInstead)
    .default(alertInstead.options)
    .describe(
      'When one of these holds back the first message of a play that alerts nobody, the account manager is alerted instead',
    ),
  brake: z
    .strictObject({
      bounces: brakeRule.default({ share: 0.05, at_least: 5, within: DAY }).describe('Messages that came back'),
      complaints: brakeRule
        .default({ share: 0.003, at_least: 2, within: 7 * DAY })
        .describe('Messages reported as spam'),
      opt_outs: brakeRule
        .default({ share: 0.1, at_least: 5, within: 7 * DAY })
        .describe('Messages answered by an opt-out'),
      provider_errors: brakeRule
        .default({ share: 0.25, at_least: 10, within: DAY })
        .describe('Effects that a vendor refused, or of unknown outcome'),
    })
    .prefault({})
    .describe('A play stops by itself when more goes wrong than this; a person lets it go on'),
  hold_at_most: duration.default(14 * DAY).describe('A held prompt is given up after this long'),
});

export type AlertInstead = z.output<typeof alertInstead>;
export type Blocker = z.output<typeof blocker>;
export type Guardrails = z.output<typeof guardrails>;
