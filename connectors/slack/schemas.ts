import { z } from 'zod';

/** Only what we use of Slack's answers; everything else may change without us. */
export const postReply = z.object({ ok: z.literal(true), channel: z.string(), ts: z.string() });

const user = z.object({
  id: z.string(),
  deleted: z.boolean().default(false),
  profile: z.object({ email: z.string().optional() }).default({}),
});
export const userReply = z.object({ ok: z.literal(true), user });

export const openReply = z.object({ ok: z.literal(true), channel: z.object({ id: z.string() }) });

const message = z.object({
  ts: z.string(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()).optional() })
    .optional(),
});
export const historyReply = z.object({
  ok: z.literal(true),
  messages: z.array(message),
  has_more: z.boolean().default(false),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export const authReply = z.object({ ok: z.literal(true), team_id: z.string() });

/** A click on a button of a message. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const blockActions = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), username: z.string().optional(), name: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  container: z.object({ message_ts: z.string().optional(), channel_id: z.string().optional() }).optional(),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  response_url: z.string().optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional(), action_ts: z.string() })),
});
export type BlockActions = z.output<typeof blockActions>;
