import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import click from '../../connectors/slack/fixtures/block_actions.json' with { type: 'json' };
import { inTransaction, nextInbox } from '../../store/index.ts';
import { httpServer, SLACK_SECRET, STRIPE_SECRET, type TestServer } from '../../test/support/http-server.ts';

let server: TestServer;
let n = 0;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

function event(): string {
  return JSON.stringify({
    id: `evt_${++n}`,
    object: 'event',
    type: 'customer.subscription.updated',
    created: 1_772_445_600,
    data: { object: { object: 'subscription', id: `sub_${n}`, customer: `cus_${n}` } },
  });
}

interface Signing {
  secret?: string;
  atMs?: number;
}
function deliver(
  body: string,
  { secret = STRIPE_SECRET, atMs = server.time.wireNow }: Signing = {},
  path = '/webhooks/billing',
) {
  const at = Math.floor(atMs / 1000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return server.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
    payload: body,
  });
}

/** Takes everything that waits in the inbox of a connection out. */
async function taken(source: string): Promise<string[]> {
  const rows = await inTransaction(server.store, (tx) =>
    nextInbox(tx, 100, { wireNow: server.time.wireNow, leaseMs: 60_000 }),
  );
  return rows.filter((row) => row.source === source).map((row) => row.eventId);
}

describe('a delivery', () => {
  test('with a good signature is taken in before it is answered', async () => {
    const reply = await deliver(event());
    expect(reply.statusCode).toBe(200);
    expect(await taken('billing')).toEqual([`evt_${n}`]);
  });

  test('repeated is answered alike and taken in once', async () => {
    const body = event();
    const replies = await Promise.all([deliver(body), deliver(body), deliver(body)]);
    expect(replies.map((reply) => reply.statusCode)).toEqual([200, 200, 200]);
    expect(await taken('billing')).toEqual([`evt_${n}`]);
  });

  test.each([
    ['signed with another secret', { secret: 'whsec_other' }],
    ['signed 301 s ago', { atMs: -301_000 }],
    ['signed 301 s ahead', { atMs: 301_000 }],
  ])('%s is refused with a sentence, and nothing is kept', async (_, { secret, atMs = 0 }: Signing) => {
    const reply = await deliver(event(), { secret, atMs: server.time.wireNow + atMs });
    expect(reply.statusCode).toBe(401);
    expect(reply.json().error).toMatchObject({ code: 'webhook_refused', remedy: expect.stringContaining('secret') });
    expect(await taken('billing')).toEqual([]);
  });

  test('whose body was changed on the way is refused: the bytes count, not what they mean', async () => {
    const body = event();
    const at = Math.floor(server.time.wireNow / 1000);
    const signature = createHmac('sha256', STRIPE_SECRET).update(`${at}.${body}`).digest('hex');
    const reply = await server.app.inject({
      method: 'POST',
      url: '/webhooks/billing',
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
      payload: JSON.stringify(JSON.parse(body), null, 1),
    });
    expect(reply.statusCode).toBe(401);
  });

  test('without a signature is refused', async () => {
    const reply = await server.app.inject({ method: 'POST', url: '/webhooks/billing', payload: { id: 'evt_0' } });
    expect(reply.statusCode).toBe(401);
  });

  test('of 2 MB is refused before it is read', async () => {
    const reply = await deliver(JSON.stringify({ id: 'evt_big', padding: 'x'.repeat(2_097_152) }));
    expect(reply.statusCode).toBe(413);
    expect(reply.json().error.code).toBe('body_too_large');
    expect(await taken('billing')).toEqual([]);
  });

  test('for a connection without a secret is answered 503, never 200', async () => {
    const reply = await deliver(event(), {}, '/webhooks/silent');
    expect(reply.statusCode).toBe(503);
    expect(reply.json().error.remedy).toContain('webhook_secret');
    expect(await taken('silent')).toEqual([]);
  });

  test.each(['/webhooks/nobody', '/webhooks/mail'])('to %s finds nobody', async (path) => {
    expect((await deliver(event(), {}, path)).statusCode).toBe(404);
  });

  test('by GET finds nobody', async () => {
    expect((await server.app.inject({ url: '/webhooks/billing' })).statusCode).toBe(404);
  });
});

describe("Slack's interactions", () => {
  function press(body: string, contentType = 'application/x-www-form-urlencoded') {
    const at = String(Math.floor(server.time.wireNow / 1000));
    const signature = `v0=${createHmac('sha256', SLACK_SECRET).update(`v0:${at}:${body}`).digest('hex')}`;
    return server.app.inject({
      method: 'POST',
      url: '/webhooks/chat/interactions',
      headers: { 'content-type': contentType, 'x-slack-request-timestamp': at, 'x-slack-signature': signature },
      payload: body,
    });
  }

  test('a form post is verified as it came and answered with an empty 200', async () => {
    const reply = await press(new URLSearchParams({ payload: JSON.stringify(click) }).toString());
    expect({ status: reply.statusCode, body: reply.body }).toEqual({ status: 200, body: '' });
    expect(await taken('chat')).toHaveLength(1);
  });

  test('the challenge is given back', async () => {
    const reply = await press(JSON.stringify({ type: 'url_verification', challenge: 'abc' }), 'application/json');
    expect({ status: reply.statusCode, body: reply.body }).toEqual({ status: 200, body: 'abc' });
  });
});
