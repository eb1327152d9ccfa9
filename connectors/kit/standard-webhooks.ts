/**
 * Standard Webhooks: HMAC-SHA256 over `{id}.{timestamp}.{raw body}`, in base64, under a key that both sides share.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from 'node:crypto';
import type { WebhookRequest } from './capabilities.ts';
import { isWithinWindow, oneHolds } from './signature.ts';

const TOLERANCE_MS = 300_000;
const PREFIX = 'whsec_';
/** What the specification asks of a key. */
const KEY_BYTES = { least: 24, most: 64 };

/** The key behind `whsec_` and base64; null for what is none: a typing mistake must not become a weak key. */
export function signingKey(secret: string): Buffer | null {
  const text = secret.trim().replace(PREFIX, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= KEY_BYTES.least && key.length <= KEY_BYTES.most ? key : null;
}

export function standardSignature(key: Buffer, id: string, timestamp: string, rawBody: Buffer | string): string {
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(rawBody)]);
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/** The id of a delivery that is signed with one of the keys, or what is wrong with it. */
export function verifyStandard(
  { headers, rawBody, receivedAt }: WebhookRequest,
  keys: readonly Buffer[],
): { id: string } | { distrust: string } {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (!id || !timestamp || !signature) return { distrust: 'the signature headers are missing' };
  if (!/^\d{1,12}$/.test(timestamp)) return { distrust: 'the timestamp is not a number of seconds' };
  const given = signature.split(' ').filter((one) => one.startsWith('v1,'));
  const expected = keys.map((key) => standardSignature(key, id, timestamp, rawBody));
  if (!oneHolds(given, expected)) return { distrust: 'the signature does not match' };
  return isWithinWindow(Number(timestamp) * 1_000, receivedAt, TOLERANCE_MS)
    ? { id }
    : { distrust: 'the timestamp is off by over 300 s' };
}
