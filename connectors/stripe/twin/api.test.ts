import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import entitlementFixture from '../fixtures/active-entitlement.json' with { type: 'json' };
import customerFixture from '../fixtures/customer.json' with { type: 'json' };
import eventFixture from '../fixtures/event.json' with { type: 'json' };
import invoiceFixture from '../fixtures/invoice.json' with { type: 'json' };
import lineFixture from '../fixtures/line-item.json' with { type: 'json' };
import sessionFixture from '../fixtures/portal-session.json' with { type: 'json' };
import priceFixture from '../fixtures/price.json' with { type: 'json' };
import productFixture from '../fixtures/product.json' with { type: 'json' };
import subscriptionFixture from '../fixtures/subscription.json' with { type: 'json' };
import { SECRETS } from '../testing/set-up.ts';
import {
  CATALOGUE,
  type Reply,
  type RunningTwin,
  START,
  startTwin,
  worldAccount,
  worldSubscription,
} from './test-support.ts';

let twin: RunningTwin<FakeTwinContext>;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: START, secrets: SECRETS, catalogue: CATALOGUE }));
});
afterEach(() => twin.close());

const get = (path: string) => twin.request('GET', path);
const post = (path: string, form: string, headers?: Record<string, string>) =>
  twin.request('POST', path, form, headers);
async function first(path: string): Promise<Reply> {
  return (await get(path)).body.data[0];
}

test('objects have the fields that Stripe publishes', async () => {
  const subscription = await first('/v1/subscriptions');
  const invoice = await first('/v1/invoices');
  const { id: customer } = await first('/v1/customers');
  const session = await post(
    '/v1/billing_portal/sessions',
    `customer=${customer}&flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm][subscription]=${subscription.id}&flow_data[subscription_update_confirm][items][0][id]=${subscription.items.data[0].id}&flow_data[subscription_update_confirm][items][0][quantity]=12`,
  );
  await twin.act('change_plan', { account: 'a_1', product: 'core', plan: 'team' });
  const pairs: [string, object, object][] = [
    ['subscription', subscription, subscriptionFixture],
    ['item', subscription.items.data[0], subscriptionFixture.items.data[0] ?? {}],
    ['customer', await first('/v1/customers'), customerFixture],
    ['price', await first('/v1/prices'), priceFixture],
    ['product', await first('/v1/products'), productFixture],
    ['invoice', invoice, invoiceFixture],
    ['line', invoice.lines.data[0], lineFixture],
    ['portal session', session.body, sessionFixture],
    ['entitlement', await first(`/v1/entitlements/active_entitlements?customer=${customer}`), entitlementFixture],
    ['event', twin.events()[0] ?? {}, eventFixture],
  ];
  const lacking = pairs.flatMap(([name, ours, theirs]) =>
    Object.keys(theirs)
      .filter((key) => !(key in ours))
      .map((key) => `${name}.${key}`),
  );
  // Sent only where a feature is in use that this account does not have; `invoice.subscription` went in 2025-03-31.
  const absent = [
    'customer.invoice_prefix',
    'customer.next_invoice_sequence',
    'customer.customer_account',
    'invoice.subscription',
  ];
  expect(lacking.filter((field) => !absent.includes(field))).toEqual([]);
});

describe('access', () => {
  test.each([
    ['without a key', {}, 'You did not provide an API key'],
    ['with another key', { authorization: 'Bearer sk_test_other' }, 'Invalid API Key provided: sk_***'],
  ])('is refused %s', async (_name, headers, message) => {
    const response = await fetch(`${twin.url}/v1/customers`, { headers });
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as Reply;
    expect(error.message).toContain(message);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });

  test('is given to the key as user name, too', async () => {
    const basic = Buffer.from(`${SECRETS.STRIPE_KEY}:`).toString('base64');
    const response = await fetch(`${twin.url}/v1/customers`, { headers: { authorization: `Basic ${basic}` } });
    expect(response.status).toBe(200);
  });
});

describe('requests', () => {
  test.each([
    ['GET', '/v1/customers/cus_none', undefined, 404, { code: 'resource_missing', param: 'id' }],
    ['GET', '/v1/subscriptions?customer=cus_none', undefined, 400, { code: 'resource_missing', param: 'customer' }],
    ['GET', '/v1/nothing', undefined, 404, { type: 'invalid_request_error' }],
    ['GET', '/v1/customers?limit=101', undefined, 400, { param: 'limit' }],
    ['GET', '/v1/customers?starting_after=cus_none', undefined, 400, { param: 'starting_after' }],
    ['GET', '/v1/customers?current_period_end=1', undefined, 400, { code: 'parameter_unknown' }],
    ['GET', '/v1/subscriptions?expand[]=data.items.data.price.product', undefined, 400, { param: 'expand' }],
    ['GET', '/v1/subscriptions?expand[]=data.current_period_end', undefined, 400, { param: 'expand' }],
    ['POST', '/v1/subscriptions', 'items[0][price]=p', 400, { code: 'parameter_missing', param: 'customer' }],
    [
      'POST',
      '/v1/subscriptions',
      'customer=cus_none&items[0][price]=p',
      400,
      { code: 'resource_missing', param: 'customer' },
    ],
    ['DELETE', '/v1/subscriptions/sub_none?prorate=false', undefined, 404, { code: 'resource_missing', param: 'id' }],
  ])('%s %s %s is an error of the documented shape', async (method, path, form, status, error) => {
    const response = await twin.request(method, path, form);
    expect([response.status, response.body.error]).toMatchObject([status, error]);
  });

  test('lists come in pages, newest first', async () => {
    for (const account of ['a_2', 'a_3', 'a_4', 'a_5']) twin.apply(worldAccount(account));
    const one = (await get('/v1/customers?limit=2')).body;
    const two = (await get(`/v1/customers?limit=2&starting_after=${one.data[1].id}`)).body;
    const three = (await get(`/v1/customers?limit=2&starting_after=${two.data[1].id}`)).body;
    expect(
      [one, two, three].map(({ has_more, data }) => [has_more, data.map((c: Reply) => c.metadata.account_id)]),
    ).toEqual([
      [true, ['a_5', 'a_4']],
      [true, ['a_3', 'a_2']],
      [false, ['a_1']],
    ]);
  });

  test('canceled subscriptions are listed only when asked for', async () => {
    twin.apply(worldSubscription('a_1', null));
    expect((await get('/v1/subscriptions')).body.data).toHaveLength(0);
    expect((await get('/v1/subscriptions?status=all')).body.data).toHaveLength(1);
    expect((await get('/v1/subscriptions?status=canceled')).body.data).toHaveLength(1);
  });

  test('references are expanded on request', async () => {
    const plain = await first('/v1/subscriptions');
    const expanded = await first('/v1/subscriptions?expand[]=data.customer&expand[]=data.latest_invoice');
    expect([plain.customer, plain.latest_invoice]).toEqual([expanded.customer.id, expanded.latest_invoice.id]);
  });

  test('more than 25 calls of one endpoint in a second are too many, other endpoints go on', async () => {
    const replies = await Promise.all(Array.from({ length: 30 }, () => get('/v1/prices')));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.error).toMatchObject({ code: 'rate_limit' });
    expect(refused[0]?.headers.get('stripe-rate-limited-reason')).toBe('endpoint-rate');
    expect((await get('/v1/products')).status).toBe(200);
  });
});

describe('an idempotency key', () => {
  async function body(quantity: number) {
    const { id: customer } = await first('/v1/customers');
    const { id: price } = await first('/v1/prices?lookup_keys[]=core_team_monthly');
    return `customer=${customer}&items[0][price]=${price}&items[0][quantity]=${quantity}&trial_end=1773500000&metadata[headroom_offer_id]=o1`;
  }
  const keyed = { 'idempotency-key': 'key-1' };

  test('gives the first answer again', async () => {
    const one = await post('/v1/subscriptions', await body(3), keyed);
    const two = await post('/v1/subscriptions', await body(3), keyed);
    expect([one.status, two.status, two.body.id]).toEqual([200, 200, one.body.id]);
    expect(two.headers.get('idempotent-replayed')).toBe('true');
    expect((await get('/v1/subscriptions')).body.data).toHaveLength(2);
  });

  test('does not go with other parameters', async () => {
    await post('/v1/subscriptions', await body(3), keyed);
    const other = await post('/v1/subscriptions', await body(4), keyed);
    expect([other.status, other.body.error.type]).toEqual([400, 'idempotency_error']);
  });

  test('is free again after a request that failed validation', async () => {
    expect((await post('/v1/subscriptions', 'customer=cus_none', keyed)).status).toBe(400);
    expect((await post('/v1/subscriptions', await body(3), keyed)).status).toBe(200);
  });

  test('keeps a decline', async () => {
    await twin.act('set_card', { account: 'a_1', card: 'declines' });
    const subscription = await first('/v1/subscriptions');
    const { id: price } = await first('/v1/prices?lookup_keys[]=core_team_monthly');
    const change = `items[0][id]=${subscription.items.data[0].id}&items[0][price]=${price}&proration_behavior=always_invoice&payment_behavior=error_if_incomplete`;
    const declined = await post(`/v1/subscriptions/${subscription.id}`, change, keyed);
    expect([declined.status, declined.body.error.code]).toEqual([402, 'card_declined']);
    await twin.act('set_card', { account: 'a_1', card: 'ok' });
    expect((await post(`/v1/subscriptions/${subscription.id}`, change, keyed)).status).toBe(402);
    expect((await first('/v1/subscriptions')).items.data[0].price.lookup_key).toBe('core_starter_monthly');
  });
});

test('webhooks are signed as the vendor’s own package checks it', async () => {
  await twin.act('change_plan', { account: 'a_1', product: 'core', plan: 'team' });
  expect(twin.context.deliveries.length).toBeGreaterThan(0);
  for (const { headers, body } of twin.context.deliveries) {
    const event = Stripe.webhooks.constructEvent(
      body,
      headers['stripe-signature'] ?? '',
      SECRETS.STRIPE_WEBHOOK_SECRET,
    );
    expect(event).toMatchObject({ object: 'event', api_version: '2026-10-28.endive' });
  }
});
