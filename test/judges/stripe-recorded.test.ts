import { beforeAll, describe, expect, test } from 'vitest';
import { findStripeMock } from '../../scripts/bootstrap/stripe-mock.mjs';
import type { Exchange } from '../../scripts/judges/exchange.ts';
import { type Judge, stripeJudge } from '../../scripts/judges/stripe/judge.ts';
import { stripeProblems } from '../../scripts/judges/stripe/recorded.ts';

let judge: Judge;
beforeAll(async () => {
  judge = stripeJudge(await findStripeMock(process.env));
});

const listed: Exchange = {
  vendor: 'stripe',
  at: '2026-03-02T10:00:00.000Z',
  direction: 'hub_to_vendor',
  method: 'GET',
  url: 'http://127.0.0.1:4000/v1/entitlements/active_entitlements?customer=cus_1&limit=100',
  requestHeaders: {},
  requestBody: null,
  status: 200,
  responseHeaders: {},
  responseBody: JSON.stringify({
    object: 'list',
    url: '/v1/entitlements/active_entitlements',
    has_more: false,
    data: [
      {
        id: 'ent_1',
        object: 'entitlements.active_entitlement',
        feature: 'feat_1',
        livemode: false,
        lookup_key: 'api_access',
      },
    ],
  }),
};
const answering = (change: (answer: { data: Record<string, unknown>[] }) => void): Exchange => {
  const answer = JSON.parse(listed.responseBody ?? '');
  change(answer);
  return { ...listed, responseBody: JSON.stringify(answer) };
};
const event = (object: Record<string, unknown>) => ({
  ...listed,
  direction: 'vendor_to_hub' as const,
  method: 'POST',
  url: 'http://127.0.0.1:5000/webhooks/billing',
  requestBody: JSON.stringify({
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_790_000_000,
    data: { object },
    livemode: false,
    pending_webhooks: 0,
    request: null,
    type: 'customer.updated',
  }),
});
const customer = { id: 'cus_1', object: 'customer', created: 1, livemode: false, default_source: null };

describe("what Stripe's specification says of a recorded exchange", () => {
  test.each<[string, () => Exchange, string[]]>([
    ['nothing of a right one', () => listed, []],
    ['an unknown parameter', () => ({ ...listed, url: `${listed.url}&page=2` }), ['page']],
    ['a field that is missing', () => answering(({ data }) => delete data[0]?.lookup_key), ['lookup_key']],
    [
      'a field of another type',
      () => answering(({ data }) => Object.assign(data[0] ?? {}, { livemode: 'false' })),
      ['livemode'],
    ],
    [
      'a field that Stripe does not have',
      () => answering(({ data }) => Object.assign(data[0] ?? {}, { name: 'x' })),
      ['name'],
    ],
    ['an answer that is no object', () => ({ ...listed, responseBody: '[]' }), ['expected an object']],
    [
      'an operation that does not exist',
      () => ({ ...listed, url: 'http://127.0.0.1:4000/v1/upgrades' }),
      ['no such operation', 'no such operation'],
    ],
    ['nothing of a page for people', () => ({ ...listed, url: 'http://127.0.0.1:4000/p/session/bps_1' }), []],
    ['nothing of a right event', () => event(customer), []],
    ['an event whose object lacks a field', () => event({ ...customer, created: undefined }), ['created']],
    [
      'an object of an event that Stripe does not have',
      () => event({ ...customer, object: 'upgrade' }),
      ['no upgrade'],
    ],
  ])('%s', (_, exchange, problems) => {
    expect(stripeProblems(judge, exchange())).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});
