/** https://docs.stripe.com/webhooks#verify-manually, https://docs.stripe.com/api/events/object */
import { z } from 'zod';
import type { IngestResult, ReceiveWebhook, WebhookRequest } from '../kit/capabilities.ts';
import { hmacSha256, isWithinWindow, oneHolds } from '../kit/signature.ts';
import { doubtBefore, parseJson, refused, type WebhookSecrets } from '../kit/webhook.ts';
import { iso } from './picture.ts';

const TOLERANCE_MS = 300_000;

/** What makes us read a customer again. Others are taken and dropped. */
export const USED_EVENTS = new Set([
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.updated',
  'customer.deleted',
  'entitlements.active_entitlement_summary.updated',
  'invoice.finalization_failed',
  'invoice.marked_uncollectible',
  'invoice.overdue',
  'invoice.paid',
  'invoice.payment_action_required',
  'invoice.payment_failed',
  'invoice.voided',
]);

const event = z.object({
  id: z.string(),
  object: z.literal('event'),
  type: z.string(),
  created: z.number().int(),
  data: z.object({ object: z.looseObject({ object: z.string(), id: z.string().optional() }) }),
});
const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

export function receiveWebhook(secrets: WebhookSecrets): ReceiveWebhook {
  return (request) => {
    const keys = secrets();
    const doubt = doubtBefore(request, keys, ['application/json']);
    if (doubt) return doubt;
    const distrust = checkSignature(request, keys);
    if (distrust) return refused(401, distrust);
    return project(request.rawBody);
  };
}

/** Null when one of the signatures holds: during a rotation of the secret there are several. */
function checkSignature({ headers, rawBody, receivedAt }: WebhookRequest, secrets: string[]): string | null {
  const pairs = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('=', 2));
  const timestamp = pairs.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = pairs.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []));
  if (!/^\d+$/.test(timestamp) || signatures.length === 0) return 'no usable stripe-signature header';
  const signed = Buffer.concat([Buffer.from(`${timestamp}.`), rawBody]);
  const expected = secrets.map((secret) => hmacSha256(secret, signed, 'hex'));
  if (!oneHolds(signatures, expected)) return 'the signature does not match';
  // In both directions: a moment in the future would let a captured request be replayed for as long.
  return isWithinWindow(Number(timestamp) * 1_000, receivedAt, TOLERANCE_MS)
    ? null
    : 'the signature is too old or too new';
}

function project(rawBody: Buffer): IngestResult {
  const parsed = event.safeParse(parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return refused(400, 'not an event object');
  const { id, type, created, data } = parsed.data;
  const object = data.object;
  const customer = object.object === 'customer' ? object.id : reference.safeParse(object.customer).data;
  if (!USED_EVENTS.has(type) || !customer) return { kind: 'accepted', events: [] };
  const body = { customerId: customer, objectId: object.id ?? null, type };
  return { kind: 'accepted', events: [{ id, type, object: customer, occurredAt: iso(created), body }] };
}
