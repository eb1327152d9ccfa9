import { z } from 'zod';
import { mode } from './triggers.ts';
import { condition, duration, slug } from './values.ts';

export const channel = z.enum(['email', 'in_app']);
const id = slug.describe('Unique in its play, and never used again for another step');

const send = z.strictObject({
  id,
  send: z
    .strictObject({
      template: slug.describe('`templates/<plan>/<template>.<channel>.md`'),
      by: channel,
      to: z.literal('primary_admin'),
    })
    .describe("A message to the customer's primary admin: one touch"),
});
const alert = z.strictObject({
  id,
  alert: z
    .strictObject({
      to: z.enum(['account_manager', 'csm']),
      by: z.array(z.enum(['slack', 'crm_task'])).min(1),
      sla: duration.default(172_800_000).describe('When the task is due'),
    })
    .describe('A message and a task for our own people'),
});
export const waitOutcome = z.enum(['upgraded', 'trial_started', 'engaged']);
const wait = z.strictObject({
  id,
  wait_for: z
    .strictObject({ any: z.array(waitOutcome).min(1), up_to: duration })
    .describe('Goes on when one of these happens, or the time is up'),
});
const tag = z.strictObject({ id, tag_for_qbr: z.strictObject({}).describe('Tags the account for the next QBR') });
const action = z.union([send, alert, wait, tag]);

/** Steps run in order. `if` sees `outcome` (none, upgraded, trial_started, engaged), `utilization`, `facts.*`, `account.*`. */
export const step = z.union([
  send,
  alert,
  wait,
  tag,
  // biome-ignore lint/suspicious/noThenProperty: `then` is what RevOps writes; this is a shape, never awaited
  z.strictObject({ id, if: condition, then: z.array(action).min(1) }),
  z.strictObject({
    id,
    on_no_upgrade: z
      .array(z.union([tag, alert]))
      .min(1)
      .describe('At the end, when no upgrade came of it'),
  }),
]);

export const play = z.strictObject({
  name: z.string().optional().describe('A name for people who read this file'),
  mode: mode.default('live'),
  steps: z.array(step).min(1),
});

/** What follows an upgrade to a plan; the check-ins at day 7 and day 30 are built in. */
export const onboardingSequence = z.strictObject({
  steps: z.array(
    z.strictObject({
      id,
      after: duration.default(0).describe('Counted from the upgrade'),
      send: z.strictObject({ template: slug, by: channel, to: z.literal('primary_admin') }),
    }),
  ),
});

export type Channel = z.output<typeof channel>;
export type Step = z.output<typeof step>;
export type ActionStep = z.output<typeof action>;
export type SendStep = z.output<typeof send>;
export type AlertStep = z.output<typeof alert>;
export type WaitStep = z.output<typeof wait>;
export type TagStep = z.output<typeof tag>;
export type WaitOutcome = z.output<typeof waitOutcome>;
export type Play = z.output<typeof play>;
export type OnboardingSequence = z.output<typeof onboardingSequence>;
