import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import eventFixture from './fixtures/event.json' with { type: 'json' };
import subscriptionFixture from './fixtures/subscription.json' with { type: 'json' };
import { receiveWebhook } from './webhook.ts';

const SECRET = 'whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH';
const NOW = 1_772_409_600;
const event = (more: object = {}) =>
  JSON.stringify({
    ...eventFixture,
    id: 'evt_1',
    created: NOW,
    type: 'customer.subscription.updated',
    data: { object: subscriptionFixture },
    ...more,
  });

/** Signed by the vendor's own package. */
const sign = (payload: string, timestamp = NOW, secret = SECRET) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

function receive(
  body: string,
  header: string | undefined,
  more: { contentType?: string; secrets?: string[]; rawBody?: Buffer } = {},
) {
  return receiveWebhook(() => more.secrets ?? [SECRET])({
    method: 'POST',
    url: 'https://hub.example/webhooks/billing',
    headers: { 'content-type': more.contentType ?? 'application/json; charset=utf-8', 'stripe-signature': header },
    rawBody: more.rawBody ?? Buffer.from(body),
    receivedAt: NOW * 1_000,
  });
}

test('a signature made by the vendor’s package holds, and the event is reduced to whom it is about', () => {
  expect(receive(event(), sign(event()))).toEqual({
    kind: 'accepted',
    events: [
      {
        id: 'evt_1',
        type: 'customer.subscription.updated',
        object: subscriptionFixture.customer,
        occurredAt: new Date(NOW * 1_000).toISOString(),
        body: {
          customerId: subscriptionFixture.customer,
          objectId: subscriptionFixture.id,
          type: 'customer.subscription.updated',
        },
      },
    ],
  });
});

test('while a secret is changed, any of the signatures may hold', () => {
  const old = sign(event(), NOW, 'whsec_old').split('v1=')[1];
  expect(receive(event(), `${sign(event())},v1=${old},v0=ignored`).kind).toBe('accepted');
  expect(receive(event(), `t=${NOW},v1=${old},${sign(event()).split(',')[1]}`).kind).toBe('accepted');
});

test('while our side changes it, the new and the old secret are believed', () => {
  expect(receive(event(), sign(event()), { secrets: ['whsec_new', SECRET] }).kind).toBe('accepted');
  expect(receive(event(), sign(event()), { secrets: [SECRET, 'whsec_old'] }).kind).toBe('accepted');
});

test('an expanded customer, and a customer itself, are recognised', () => {
  const expanded = event({
    data: { object: { ...subscriptionFixture, customer: { id: 'cus_7', object: 'customer' } } },
  });
  expect(receive(expanded, sign(expanded))).toMatchObject({ events: [{ object: 'cus_7' }] });
  const updated = event({ type: 'customer.updated', data: { object: { id: 'cus_8', object: 'customer' } } });
  expect(receive(updated, sign(updated))).toMatchObject({ events: [{ object: 'cus_8' }] });
});

test.each([
  ['of a type we do not use', { type: 'plan.created' }],
  ['about no customer', { data: { object: { id: 'in_1', object: 'invoice', customer: null } }, type: 'invoice.paid' }],
])('an event %s is taken and dropped', (_name, more) => {
  const body = event(more);
  expect(receive(body, sign(body))).toEqual({ kind: 'accepted', events: [] });
});

describe('refused', () => {
  const tampered = event().replace('active', 'paused');
  test.each([
    ['forged: another secret', event(), sign(event(), NOW, 'whsec_other'), {}, 401],
    ['changed on the way', `${event()} `, sign(event()), {}, 401],
    ['a changed field', tampered, sign(event()), {}, 401],
    ['older than five minutes', event(), sign(event(), NOW - 301), {}, 401],
    ['from the future', event(), sign(event(), NOW + 301), {}, 401],
    ['another scheme', event(), sign(event()).replace('v1=', 'v0='), {}, 401],
    ['no signature', event(), undefined, {}, 401],
    ['an empty signature', event(), '', {}, 401],
    ['no number for a time', event(), sign(event()).replace(`t=${NOW}`, 't=soon'), {}, 401],
    ['no JSON', 'hello', sign('hello'), {}, 400],
    ['not an event', '{"object":"v2.core.event"}', sign('{"object":"v2.core.event"}'), {}, 400],
    ['not declared as JSON', event(), sign(event()), { contentType: 'text/plain' }, 415],
    ['no secret', event(), sign(event()), { secrets: [] }, 503],
    ['two secrets, and neither is the one', event(), sign(event()), { secrets: ['whsec_a', 'whsec_b'] }, 401],
    ['2 MB', '', sign(event()), { rawBody: Buffer.alloc(2 * 1024 * 1024, 'x') }, 413],
  ])('%s', (_name, body, header, more, status) => {
    expect(receive(body, header, more)).toMatchObject({ kind: 'refused', status });
  });

  test('but within five minutes on either side it holds', () => {
    for (const timestamp of [NOW - 300, NOW + 300])
      expect(receive(event(), sign(event(), timestamp)).kind).toBe('accepted');
  });
});
