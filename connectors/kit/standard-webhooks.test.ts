import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from './capabilities.ts';
import { signingKey, standardSignature, verifyStandard } from './standard-webhooks.ts';

/**
 * The vectors of the specification's own libraries, 2026-11-28:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
 */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const WRONG = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const SIGNED_AT = Number(VECTOR.timestamp) * 1_000;
const keyOf = (secret: string): Buffer => {
  const key = signingKey(secret);
  if (key === null) throw new Error(`${secret} is no key`);
  return key;
};
const KEY = keyOf(VECTOR.secret);

function verify(
  headers: WebhookRequest['headers'] = {},
  more: { receivedAt?: number; body?: string; keys?: Buffer[] } = {},
) {
  return verifyStandard(
    {
      method: 'POST',
      url: 'https://hub.example/webhooks/email',
      headers: {
        'webhook-id': VECTOR.id,
        'webhook-timestamp': VECTOR.timestamp,
        'webhook-signature': VECTOR.signature,
        ...headers,
      },
      rawBody: Buffer.from(more.body ?? VECTOR.body),
      receivedAt: more.receivedAt ?? SIGNED_AT,
    },
    more.keys ?? [KEY],
  );
}

test('the published signature holds, and is what we would make', () => {
  expect(verify()).toEqual({ id: VECTOR.id });
  expect(standardSignature(KEY, VECTOR.id, VECTOR.timestamp, VECTOR.body)).toBe(VECTOR.signature);
});

test('the secret is taken with and without its prefix', () => {
  expect(keyOf(VECTOR.secret.replace('whsec_', ''))).toEqual(KEY);
});

test('one of several signatures is enough, and only version 1 counts', () => {
  expect(
    verify({ 'webhook-signature': [WRONG, WRONG.replace('v1', 'v2'), VECTOR.signature, WRONG].join(' ') }),
  ).toEqual({
    id: VECTOR.id,
  });
  expect(verify({ 'webhook-signature': VECTOR.signature.replace('v1', 'v2') })).toHaveProperty('distrust');
});

test('while the secret is changed, the new and the old key are believed', () => {
  const other = Buffer.alloc(32, 7);
  expect(verify({}, { keys: [other, KEY] })).toEqual({ id: VECTOR.id });
  expect(verify({}, { keys: [other] })).toHaveProperty('distrust');
});

describe('refused', () => {
  test.each([
    ['no id', { 'webhook-id': undefined }],
    ['no timestamp', { 'webhook-timestamp': undefined }],
    ['a timestamp in words', { 'webhook-timestamp': 'hello' }],
    ['no signature', { 'webhook-signature': undefined }],
    ['another signature', { 'webhook-signature': 'v1,dawfeoifkpqwoekfpqoekf' }],
    ['a part of the signature', { 'webhook-signature': VECTOR.signature.slice(0, 8) }],
    ['an empty signature', { 'webhook-signature': 'v1,' }],
    ['another id', { 'webhook-id': 'msg_other' }],
    ['another moment', { 'webhook-timestamp': String(Number(VECTOR.timestamp) + 1) }],
  ])('%s', (_what, headers) => {
    expect(verify(headers)).toHaveProperty('distrust');
  });

  test('a body that was changed on the way', () => {
    expect(verify({}, { body: '{"test":2432232314}' })).toHaveProperty('distrust');
  });

  test.each([-300_001, 300_001])('%i ms off; one millisecond less is believed', (offMs) => {
    expect(verify({}, { receivedAt: SIGNED_AT + offMs })).toHaveProperty('distrust');
    expect(verify({}, { receivedAt: SIGNED_AT + offMs - Math.sign(offMs) })).toEqual({ id: VECTOR.id });
  });

  test.each(['', 'whsec_', 'whsec_short', 'not base64 at all, but long enough to be one', `whsec_${'A'.repeat(100)}`])(
    '%j as a secret',
    (secret) => {
      expect(signingKey(secret)).toBeNull();
    },
  );
});
