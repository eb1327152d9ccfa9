/** https://docs.stripe.com/webhooks#verify-manually, https://docs.stripe.com/api/events/object */
import { z } from 'zod';
import type { IngestResult, ReceiveWebhook, WebhookRequest } from '../kit/capabilities.ts';
import { equalInConstantTime, hmacSha256, isWithinWindow } from '../kit/signature.ts';
import { iso } from './picture.ts';

const TOLERANCE_MS = 300_000;
/** Stripe's events are a few kilobytes; nothing honest comes near. */
const MAX_BYTES = 1_048_576;

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

/** `secret` gives null where none is configured: then nothing is believed. */
export function receiveWebhook(secret: () => string | null): ReceiveWebhook {
  return (request) => {
    const key = secret();
    if (key === null || key.trim() === '') return refused(503, 'no webhook secret is configured for this connection');
    if (request.rawBody.length > MAX_BYTES) return refused(413, `larger than ${MAX_BYTES} bytes`);
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return refused(415, 'expected content-type application/json');
    }
    const distrust = checkSignature(request, key);
    if (distrust) return refused(401, distrust);
    return project(request.rawBody);
  };
}

/** Null when one of the signatures holds: during a rotation of the secret there are several. */
function checkSignature({ headers, rawBody, receivedAt }: WebhookRequest, secret: string): string | null {
  const pairs = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('=', 2));
  const timestamp = pairs.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = pairs.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []));
  if (!/^\d+$/.test(timestamp) || signatures.length === 0) return 'no usable stripe-signature header';
  const expected = hmacSha256(secret, Buffer.concat([Buffer.from(`${timestamp}.`), rawBody]), 'hex');
  // Every one is compared, so that the time taken says nothing about which one held.
  const holds = signatures.map((signature) => equalInConstantTime(signature, expected)).some(Boolean);
  if (!holds) return 'the signature does not match';
  // In both directions: a moment in the future would let a captured request be replayed for as long.
  return isWithinWindow(Number(timestamp) * 1_000, receivedAt, TOLERANCE_MS)
    ? null
    : 'the signature is too old or too new';
}

function project(rawBody: Buffer): IngestResult {
  const parsed = event.safeParse(parseJson(rawBody));
  if (!parsed.success) return refused(400, 'not an event object');
  const { id, type, created, data } = parsed.data;
  const object = data.object;
  const customer = object.object === 'customer' ? object.id : reference.safeParse(object.customer).data;
  if (!USED_EVENTS.has(type) || !customer) return { kind: 'accepted', events: [] };
  const body = { customerId: customer, objectId: object.id ?? null, type };
  return { kind: 'accepted', events: [{ id, type, object: customer, occurredAt: iso(created), body }] };
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return null;
  }
}

function refused(status: 400 | 401 | 413 | 415 | 503, reason: string): IngestResult {
  return { kind: 'refused', status, reason };
}
