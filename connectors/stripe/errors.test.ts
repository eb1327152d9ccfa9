import { afterEach, describe, expect, test } from 'vitest';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import declined from './fixtures/declined.json' with { type: 'json' };
import locked from './fixtures/locked.json' with { type: 'json' };
import rateLimited from './fixtures/rate-limited.json' with { type: 'json' };
import subscription from './fixtures/subscription.json' with { type: 'json' };
import { call, connect, startCanned } from './testing/set-up.ts';

let close: (() => void) | null = null;
afterEach(() => close?.());

async function answering(status: number, body: unknown, headers?: Record<string, string>) {
  const canned = await startCanned(status, body, headers);
  close = canned.close;
  return { ...connect(canned.url), requests: canned.requests };
}

const invalid = (code: string, param: string, type = 'invalid_request_error') => ({
  error: { type, code, param, message: `No such thing: '${param}'` },
});
const broken = { error: { type: 'api_error', message: 'An unknown error occurred' } };

const CHANGE = {
  subscription: 'sub_1',
  params: {
    items: [{ id: 'si_1', price: 'price_1', quantity: 3 }],
    proration_behavior: 'always_invoice',
    proration_date: 1_772_409_600,
    payment_behavior: 'pending_if_incomplete',
  },
};

describe('an answer says what to do next', () => {
  test.each([
    [
      'a declined card is a business answer',
      402,
      declined,
      {},
      { code: 'refused', origin: { vendorCode: 'card_declined', requestId: 'req_1' } },
    ],
    ['a rate limit waits a second', 429, rateLimited, {}, { code: 'rate_limited', retryAfterMs: 1_000 }],
    [
      'Retry-After is obeyed where it is given',
      429,
      rateLimited,
      { 'retry-after': '7' },
      { code: 'rate_limited', retryAfterMs: 7_000 },
    ],
    ['a locked object is waited for', 429, locked, {}, { code: 'rate_limited', retryAfterMs: 3_000 }],
    ['a bad key stops the connection', 401, invalid('api_key_expired', ''), {}, { code: 'authentication' }],
    ['a restricted key without the permission stops it too', 403, invalid('', ''), {}, { code: 'authentication' }],
    ['a customer that is gone ends the journey', 400, invalid('resource_missing', 'customer'), {}, { code: 'refused' }],
    ['a subscription that is gone ends the journey', 404, invalid('resource_missing', 'id'), {}, { code: 'refused' }],
    [
      'a price that is gone is for RevOps',
      400,
      invalid('resource_missing', 'items[0][price]'),
      {},
      { code: 'invalid_input' },
    ],
    [
      'the same key with other parameters is our fault',
      400,
      invalid('', '', 'idempotency_error'),
      {},
      { code: 'invalid_input' },
    ],
    [
      'the same key still being worked on is tried again',
      409,
      invalid('idempotency_key_in_use', '', 'idempotency_error'),
      {},
      { code: 'transient' },
    ],
    [
      'after a server error a look-up decides, for Stripe repeats it under the same key',
      500,
      broken,
      {},
      { code: 'outcome_unknown' },
    ],
    ['so it does after an answer that is no JSON', 200, '<html>gateway</html>', {}, { code: 'outcome_unknown' }],
    ['and after one of another shape', 200, { id: 7 }, {}, { code: 'outcome_unknown' }],
  ])('%s', async (_name, status, body, headers, expected) => {
    const { billing, requests } = await answering(status, body, { 'request-id': 'req_1', ...headers });
    await expect(billing.changePlan.send(CHANGE, fakeWriteCall('key-1'))).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['a server error', 500, broken, 'transient'],
    ['an answer that is no JSON', 200, '<html>gateway</html>', 'unexpected_response'],
    ['an answer of another shape', 200, { data: 'none' }, 'unexpected_response'],
  ])('of a read: %s', async (_name, status, body, code) => {
    const { billing } = await answering(status, body);
    await expect(billing.readPrices(call())).rejects.toMatchObject({ code });
  });
});

test('a limit of the account makes all workers wait, a locked object only this call', async () => {
  const limited = await answering(429, rateLimited, { 'stripe-rate-limited-reason': 'global-rate' });
  await expect(limited.billing.readPrices(call())).rejects.toThrow();
  expect(limited.dependencies.pauses).toMatchObject([{ reason: 'stripe: global-rate' }]);
  close?.();
  const held = await answering(429, locked);
  await expect(held.billing.readPrices(call())).rejects.toThrow();
  expect(held.dependencies.pauses).toEqual([]);
});

test('errors carry no secret and no address', async () => {
  const { billing } = await answering(400, {
    error: { type: 'invalid_request_error', message: 'Bad sk_live_abcdef123456 for ana@customer.example' },
  });
  const failure = await billing.readPrices(call()).catch((error: Error) => error.message);
  expect(failure).toBe('stripe answered readPrices with 400: Bad *** for ***@***');
});

test('a broken connection is repeatable, and nothing is repeated behind our back', async () => {
  const { createServer } = await import('node:net');
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.once('data', () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { billing } = connect(`http://127.0.0.1:${port}`);
  await expect(billing.changePlan.send(CHANGE, fakeWriteCall('key-1'))).rejects.toMatchObject({ code: 'transient' });
  expect(connections).toBe(1);
});

test('a call ends at its deadline', async () => {
  const { createServer } = await import('node:http');
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const address = server.address();
  const { billing } = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  const short = { signal: AbortSignal.timeout(60), deadline: performance.now() + 10_000 };
  await expect(billing.readPrices(short)).rejects.toMatchObject({ code: 'transient' });
  const shorter = { signal: new AbortController().signal, deadline: performance.now() + 60 };
  await expect(billing.readPrices(shorter)).rejects.toMatchObject({ code: 'transient' });
  const over = { signal: new AbortController().signal, deadline: performance.now() - 1 };
  await expect((async () => billing.readPrices(over))()).rejects.toThrow(
    'the deadline passed before anything was sent',
  );
});

test('sends what the API documents: version, key, form, and no telemetry', async () => {
  const { billing, requests } = await answering(200, { ...subscription, pending_update: null });
  await billing.changePlan.send(CHANGE, fakeWriteCall('key-1'));
  const [request] = requests;
  expect(request).toMatchObject({
    method: 'POST',
    path: '/v1/subscriptions/sub_1',
    headers: {
      authorization: 'Bearer sk_test_sandbox123456',
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': 'key-1',
      'stripe-version': '2026-10-28.endive',
    },
  });
  expect(request?.headers['x-stripe-client-telemetry']).toBeUndefined();
  expect(decodeURIComponent(request?.body ?? '')).toBe(
    'items[0][id]=si_1&items[0][price]=price_1&items[0][quantity]=3&proration_behavior=always_invoice&proration_date=1772409600&payment_behavior=pending_if_incomplete',
  );
});
