import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from '../kit/capabilities.ts';
import click from './fixtures/block_actions.json' with { type: 'json' };
import { receiveSlack } from './webhook.ts';

/** Slack's published example: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const VECTOR = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
};
const SIGNED_AT = Number(VECTOR.timestamp) * 1000;
const startedAt = '2026-03-02T00:00:00.000Z';
const receive = receiveSlack(() => [VECTOR.secret], { startedAt, epoch: startedAt, scale: 1 });

function request(body: string, changes: { headers?: WebhookRequest['headers']; receivedAt?: number } = {}) {
  const base = `v0:${VECTOR.timestamp}:${body}`;
  return {
    method: 'POST',
    url: 'https://hub.example/webhooks/chat/interactions',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': VECTOR.timestamp,
      'x-slack-signature': `v0=${createHmac('sha256', VECTOR.secret).update(base).digest('hex')}`,
      ...changes.headers,
    },
    rawBody: Buffer.from(body),
    receivedAt: changes.receivedAt ?? SIGNED_AT,
  };
}
const payloadBody = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

describe('the signature', () => {
  const vector = (changes: Parameters<typeof request>[1] = {}) =>
    receive(
      request(VECTOR.body, { ...changes, headers: { 'x-slack-signature': VECTOR.signature, ...changes?.headers } }),
    );

  test("of Slack's published example holds; a slash command is no interaction of ours", () => {
    expect(vector()).toMatchObject({ kind: 'refused', status: 400 });
  });

  test.each([
    ['300 s later', SIGNED_AT + 300_000, 400],
    ['over 300 s later', SIGNED_AT + 300_001, 401],
    ['300 s before', SIGNED_AT - 300_000, 400],
    ['over 300 s before', SIGNED_AT - 300_001, 401],
  ])('received %s', (_when, receivedAt, status) => {
    expect(vector({ receivedAt })).toMatchObject({ kind: 'refused', status });
  });

  test.each([
    ['another body', { body: `${VECTOR.body}&x=1` }],
    ['another signature', { headers: { 'x-slack-signature': VECTOR.signature.replace('a2', 'a3') } }],
    ['no signature', { headers: { 'x-slack-signature': undefined } }],
    ['no timestamp', { headers: { 'x-slack-request-timestamp': undefined } }],
    ['a timestamp in words', { headers: { 'x-slack-request-timestamp': 'NaN' } }],
    ['a timestamp with a fraction', { headers: { 'x-slack-request-timestamp': `${VECTOR.timestamp}.5` } }],
    ['an empty signature', { headers: { 'x-slack-signature': '' } }],
  ])('with %s is refused', (_what, change: { body?: string; headers?: WebhookRequest['headers'] }) => {
    const headers = { 'x-slack-signature': VECTOR.signature, ...change.headers };
    const answer = receive(request(change.body ?? VECTOR.body, { headers }));
    expect(answer).toMatchObject({ kind: 'refused', status: 401 });
  });

  test('may be made with the new secret or the old one while it is changed', () => {
    const both = receiveSlack(() => ['the-new-one', VECTOR.secret], { startedAt, epoch: startedAt, scale: 1 });
    expect(both(request(payloadBody(click)))).toMatchObject({ kind: 'accepted' });
    const neither = receiveSlack(() => ['the-new-one', 'another'], { startedAt, epoch: startedAt, scale: 1 });
    expect(neither(request(payloadBody(click)))).toMatchObject({ kind: 'refused', status: 401 });
  });

  test('is not looked at in another content type, or in a body that is too large', () => {
    const typed = { headers: { 'content-type': 'text/plain' } };
    expect(receive(request(payloadBody(click), typed))).toMatchObject({ kind: 'refused', status: 415 });
    expect(receive(request('x'.repeat(1_048_577)))).toMatchObject({ kind: 'refused', status: 413 });
  });

  test('cannot be checked without a secret: 503', () => {
    const closed = receiveSlack(() => [], { startedAt, epoch: startedAt, scale: 1 });
    expect(closed(request(payloadBody(click)))).toMatchObject({ kind: 'refused', status: 503 });
  });
});

describe('what Slack sends', () => {
  test('a click becomes one event, the same for the same click', () => {
    const first = receive(request(payloadBody(click)));
    expect(first).toEqual({
      kind: 'accepted',
      events: [
        {
          id: expect.stringMatching(/^[\w-]{43}$/),
          type: 'chat.action',
          object: '1772445600.123456',
          occurredAt: '2026-03-02T10:01:00.500Z',
          body: {
            action: 'start_trial',
            value: 'offer_1',
            userId: 'U0123456789',
            userName: 'ana',
            channel: 'D0123456789',
            ts: '1772445600.123456',
            teamId: 'T0123456789',
            responseUrl: 'https://hooks.slack.com/actions/T0123456789/1/abcdefghijkl',
          },
        },
      ],
    });
    expect(receive(request(payloadBody(click)))).toEqual(first);
    const second = {
      ...click,
      actions: click.actions.map((action) => ({ ...action, action_ts: '1772445661.500000' })),
    };
    expect(receive(request(payloadBody(second)))).not.toEqual(first);
  });

  test('clicks that are not ours, or in no message, give no event', () => {
    const foreign = { ...click, actions: click.actions.map((action) => ({ ...action, action_id: 'other_app' })) };
    expect(receive(request(payloadBody(foreign)))).toEqual({ kind: 'accepted', events: [] });
    const { message: _message, channel: _channel, ...home } = { ...click, container: { type: 'view' } };
    expect(receive(request(payloadBody(home)))).toEqual({ kind: 'accepted', events: [] });
  });

  test('other interactions are acknowledged and dropped', () => {
    expect(receive(request(payloadBody({ type: 'view_closed' })))).toEqual({ kind: 'accepted', events: [] });
  });

  test('the challenge of a new address is echoed, when signed', () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' });
    expect(receive(request(body))).toEqual({ kind: 'challenge', contentType: 'text/plain', body: '3eZbrw1aB' });
    const forged = request(body, { headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } });
    expect(receive(forged)).toMatchObject({ kind: 'refused', status: 401 });
  });

  test('the certificate check is answered, and nothing is taken from it', () => {
    const check = request('ssl_check=1&token=x', { headers: { 'x-slack-signature': undefined } });
    expect(receive(check)).toEqual({ kind: 'accepted', events: [] });
    const smuggled = request(`ssl_check=1&${payloadBody(click)}`, { headers: { 'x-slack-signature': undefined } });
    expect(receive(smuggled)).toEqual({ kind: 'accepted', events: [] });
  });

  test.each(['', 'payload=', 'payload=%7B', 'payload=null', '[]', '{"type":"block_actions"}'])(
    'a signed body of %j is a bad request',
    (body) => {
      expect(receive(request(body))).toMatchObject({ kind: 'refused', status: 400 });
    },
  );
});
