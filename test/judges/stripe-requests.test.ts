import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { WriteOperation } from '../../connectors/kit/operation.ts';
import { fakeWriteCall } from '../../connectors/kit/testing/dependencies.ts';
import { type Connected, call, connect, readAllCustomers } from '../../connectors/stripe/testing/set-up.ts';
import type { Json } from '../../domain/model.ts';
import type { Exception } from '../../scripts/judges/stripe/exceptions.ts';
import { type Judge, stripeJudge } from '../../scripts/judges/stripe/judge.ts';
import { type StripeMock, startStripeMock } from './stripe-mock.ts';

let mock: StripeMock;
let judge: Judge;
let connected: Connected;
beforeAll(async () => {
  mock = await startStripeMock();
  judge = stripeJudge(mock.program);
  // The real connector, guard of hosts and all: stripe-mock is a sandbox like any other.
  connected = connect(mock.url);
});
afterAll(() => mock?.stop());

const change = {
  customerId: 'cus_1',
  subscriptionId: 'sub_1:si_1',
  itemId: 'si_1',
  priceId: 'price_2',
  quantity: 3,
};
const dated = { ...change, prorationDate: 1_790_000_000 };
const trial = {
  offerId: 'of_1',
  account: 'a_1',
  customerId: 'cus_1',
  originalSubscriptionId: 'sub_1:si_1',
  priceId: 'price_2',
  quantity: 3,
  product: 'core',
  plan: 'team',
  trialEnd: 1_790_000_000,
  journeyId: 'j_1',
};
const ours = { metadata: { headroom_offer_id: 'of_1' } };
const discounted = {
  discounts: [{ id: 'di_1', object: 'discount', end: null, source: { type: 'coupon', coupon: 'co_1' } }],
};

/** A look for what a write may have left behind. */
function find<I>(operation: WriteOperation<I, Json, Json>, input: I) {
  if (!operation.find) throw new Error(`${operation.name} cannot look`);
  return operation.find(operation.prepare(input), fakeWriteCall('looking'));
}

/** Every operation, by its name in the capability, with the calls it must have made. */
const OPERATIONS: [operation: string, situation: string, run: (of: Connected) => unknown, calls: string[]][] = [
  ['check', '', ({ check }) => check(call()), ['GET /v1/customers']],
  [
    'readCustomers',
    'with a discount and a price in tiers',
    async ({ billing }) => {
      mock.amend('/v1/subscriptions', { ...discounted, items: await tieredItems() });
      await readAllCustomers(billing);
      mock.amend('/v1/subscriptions', {});
    },
    [
      'GET /v1/prices',
      'GET /v1/subscriptions',
      'GET /v1/invoices',
      'GET /v1/prices/price_t',
      'GET /v1/coupons',
      'GET /v1/customers',
    ],
  ],
  [
    'readCustomer',
    '',
    ({ billing }) => billing.readCustomer('cus_1', call()),
    ['GET /v1/customers/cus_1', 'GET /v1/invoices'],
  ],
  ['readInvoice', '', ({ billing }) => billing.readInvoice('in_1', call()), ['GET /v1/invoices/in_1']],
  ['readPrices', '', ({ billing }) => billing.readPrices(call()), ['GET /v1/prices']],
  [
    'previewChange',
    'with a discount',
    ({ billing }) => {
      mock.amend('/v1/subscriptions/sub_1', discounted);
      return billing.previewChange(dated, call());
    },
    ['POST /v1/invoices/create_preview', 'GET /v1/prices/price_2', 'GET /v1/subscriptions/sub_1', 'GET /v1/coupons'],
  ],
  [
    'upgradeLink',
    '',
    ({ billing }) => billing.upgradeLink({ ...change, returnUrl: 'https://hub.example/thanks' }, call()),
    ['POST /v1/billing_portal/sessions'],
  ],
  [
    'entitlements',
    '',
    ({ billing }) => billing.entitlements('cus_1', call()),
    ['GET /v1/entitlements/active_entitlements'],
  ],
  [
    'startTrial',
    '',
    ({ billing: { startTrial } }) => startTrial.send(startTrial.prepare(trial), fakeWriteCall('k1')),
    ['GET /v1/subscriptions', 'POST /v1/subscriptions'],
  ],
  ['startTrial', 'looked for', ({ billing }) => find(billing.startTrial, trial), ['GET /v1/subscriptions']],
  [
    'endTrial',
    '',
    ({ billing: { endTrial } }) => {
      mock.amend('/v1/subscriptions/sub_9', ours);
      return endTrial.send(endTrial.prepare({ subscriptionId: 'sub_9' }), fakeWriteCall('k2'));
    },
    ['GET /v1/subscriptions/sub_9', 'DELETE /v1/subscriptions/sub_9'],
  ],
  [
    'endTrial',
    'looked for',
    ({ billing }) => find(billing.endTrial, { subscriptionId: 'sub_9' }),
    ['GET /v1/subscriptions/sub_9'],
  ],
  [
    'changePlan',
    '',
    ({ billing: { changePlan } }) => changePlan.send(changePlan.prepare(dated), fakeWriteCall('k3')),
    ['POST /v1/subscriptions/sub_1'],
  ],
  ['changePlan', 'looked for', ({ billing }) => find(billing.changePlan, dated), ['GET /v1/subscriptions/sub_1']],
];

const invented = z.object({ items: z.looseObject({ data: z.array(z.looseObject({ price: z.looseObject({}) })) }) });

/** The items that stripe-mock invents, at a price in tiers. */
async function tieredItems(): Promise<unknown> {
  const headers = { authorization: 'Bearer sk_test_123' };
  const answer = await fetch(`${mock.url}/v1/subscriptions/sub_1`, { headers });
  mock.passed();
  const { items } = invented.parse(await answer.json());
  const data = items.data.map((item) => ({
    ...item,
    price: { ...item.price, id: 'price_t', billing_scheme: 'tiered' },
  }));
  return { ...items, data };
}

describe('what the connector asks, judged by Stripe', () => {
  test.each(OPERATIONS)('%s %s', async (_operation, _situation, run, calls) => {
    await run(connected);
    const asked = mock.passed();
    expect(asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual(expect.arrayContaining(calls));
    expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
    const problems = asked.flatMap((one) =>
      judge.problemsOfRequest(one).map((problem) => `${one.url}: ${JSON.stringify(problem)}`),
    );
    expect(problems).toEqual([]);
    for (const { headers } of asked) expect(headers['stripe-version']).toBe('2026-10-28.endive');
  });

  test('is every operation there is', () => {
    const operations = ['check', ...Object.keys(connected.billing)];
    expect([...new Set(OPERATIONS.map(([operation]) => operation))].sort()).toEqual(operations.sort());
  });

  test('needs each exception that is listed', () => {
    expect(judge.unused('request')).toEqual([]);
  });
});

describe('the judge', () => {
  const ask = (path: string, body: string) =>
    fetch(`${mock.url}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' },
    });

  test.each([
    ['a field that does not exist', 'customer=cus_1&prorate=true'],
    ['a word that is none of the allowed', 'customer=cus_1&payment_behavior=pay_later'],
    ['text for a number', 'customer=cus_1&trial_end=soon'],
  ])('stripe-mock refuses %s, and so do we', async (_, body) => {
    expect((await ask('/v1/subscriptions', body)).status).toBe(400);
    expect(judge.problemsOfRequest({ method: 'POST', url: '/v1/subscriptions', body })).toHaveLength(1);
  });

  test('refuses a nested field that does not exist, which stripe-mock lets pass', async () => {
    const body = 'customer=cus_1&items[0][price]=price_1&items[0][amount]=5';
    expect((await ask('/v1/subscriptions', body)).status).toBe(200);
    expect(judge.problemsOfRequest({ method: 'POST', url: '/v1/subscriptions', body })).toEqual([
      { of: 'POST /v1/subscriptions', at: 'items.*.amount', problem: 'is not in the specification' },
    ]);
  });

  test('takes a listed exception, for its operation alone', () => {
    const exception: Exception = {
      in: 'request',
      of: 'POST /v1/subscriptions',
      field: 'newer',
      reason: 'since tomorrow',
      url: 'https://docs.stripe.com/api',
    };
    const lenient = stripeJudge(mock.program, [exception]);
    expect(lenient.unused('request')).toEqual([exception]);
    expect(lenient.problemsOfRequest({ method: 'POST', url: '/v1/subscriptions', body: 'newer=1' })).toEqual([]);
    expect(lenient.problemsOfRequest({ method: 'POST', url: '/v1/subscriptions/sub_1', body: 'newer=1' })).toHaveLength(
      1,
    );
    expect(lenient.unused('request')).toEqual([]);
  });
});
