import { z } from 'zod';
import type { Json } from '../../domain/model.ts';
import type { AlertInput } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { alertMessage } from './blocks.ts';

export const EVENT_TYPE = 'headroom_alert';

const alertArgs = z.object({
  text: z.string(),
  blocks: z.array(z.json()),
  metadata: z.object({
    event_type: z.literal(EVENT_TYPE),
    event_payload: z.object({ marker: z.string(), version: z.number() }),
  }),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
});
const postPayload = z.object({
  to: z.string(),
  /** Wire seconds: no attempt is older. */
  preparedAt: z.number(),
  message: alertArgs,
});
const updatePayload = z.object({ channel: z.string(), ts: z.string(), message: alertArgs });
export type AlertArgs = z.output<typeof alertArgs>;
export type PostPayload = z.output<typeof postPayload>;
export type UpdatePayload = z.output<typeof updatePayload>;

/**
 * The arguments of chat.postMessage and chat.update, whole but for the channel. Metadata can be read by other apps in
 * the channel: the marker says nothing about the customer.
 */
export function alertArguments(input: AlertInput): AlertArgs {
  return {
    ...alertMessage(input),
    metadata: { event_type: EVENT_TYPE, event_payload: { marker: input.marker, version: input.version } },
    unfurl_links: false,
    unfurl_media: false,
  };
}

export function readPostPayload(stored: Json): PostPayload {
  return read(postPayload, stored, 'post_alert');
}

export function readUpdatePayload(stored: Json): UpdatePayload {
  return read(updatePayload, stored, 'update_alert');
}

function read<T>(schema: z.ZodType<T>, stored: Json, operation: string): T {
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(`the stored payload is not one of ${operation}`, { connector: 'slack', operation });
}
