import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { SECRETS } from '../test-support.ts';
import { type RunningTwin, startTwin, worldAccount, worldReading } from './test-support.ts';

const NOW = '2026-03-20T15:30:00.000Z';
const AUTH = `Basic ${Buffer.from(`${SECRETS.MIXPANEL_USER}:${SECRETS.MIXPANEL_SECRET}`).toString('base64')}`;

/** Fields of the vendor's answers that the assertions look at. */
interface Body {
  data: { series: string[]; values: Record<string, Record<string, number>> };
  results: { $properties: Record<string, unknown> }[];
  session_id: string;
}
let twin: RunningTwin<FakeTwinContext>;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: NOW, secrets: SECRETS }));
  twin.apply(worldAccount('a1'), worldAccount('b2'));
});
afterEach(() => twin.close());

const get = async (parameters: Record<string, string>, headers: Record<string, string> = { authorization: AUTH }) => {
  const query = new URLSearchParams({
    project_id: '3187201',
    from_date: '2026-03-01',
    to_date: '2026-03-20',
    ...parameters,
  });
  const response = await fetch(`${twin.url}/api/query/segmentation?${query}`, { headers });
  // Assertions on the value follow in each test.
  return { status: response.status, body: (await response.json()) as Body };
};
const post = async (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}) => {
  const response = await fetch(`${twin.url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: AUTH, ...headers },
  });
  // Assertions on the value follow in each test.
  return { status: response.status, body: (await response.json()) as Body };
};
const engage = (form: Record<string, string>) =>
  post('/api/query/engage?project_id=3187201', new URLSearchParams(form));
const daily = async (account: string) => {
  const { body } = await get({ event: 'API Call', on: 'properties["company_id"]', limit: '10000' });
  const days: Record<string, number> = body.data.values[account] ?? {};
  return Object.fromEntries(Object.entries(days).filter(([, count]) => count !== 0));
};
const total = async (account: string) => Object.values(await daily(account)).reduce((sum, count) => sum + count, 0);

describe('events of a counter', () => {
  const march = { account: 'a1', periodStart: '2026-03-01T05:00:00Z' };

  test('are what was counted between two readings, on the day of the later one', async () => {
    twin.apply(
      worldReading({ ...march, observedAt: '2026-03-01T05:30:00Z', used: 10 }),
      worldReading({ ...march, observedAt: '2026-03-03T12:00:00Z', used: 25 }),
      worldReading({ ...march, observedAt: '2026-03-05T12:00:00Z', used: 100 }),
    );
    expect(await daily('a1')).toEqual({ '2026-03-01': 10, '2026-03-03': 15, '2026-03-05': 75 });
  });

  test('before the first reading are spread over the time since the period began', async () => {
    twin.apply(worldReading({ ...march, observedAt: '2026-03-04T05:00:00Z', used: 300 }));
    const days = await daily('a1');
    expect(Object.keys(days)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
    expect(await total('a1')).toBe(300);
  });

  test('follow late, repeated, lower and corrected readings to the same total', async () => {
    const first = worldReading({ ...march, observedAt: '2026-03-02T12:00:00Z', used: 10 });
    const high = worldReading({ ...march, observedAt: '2026-03-04T12:00:00Z', used: 900 });
    twin.apply(first, high, first);
    twin.apply(worldReading({ ...march, observedAt: '2026-03-04T12:00:00Z', used: 90, corrects: high.id }), high);
    expect(await total('a1')).toBe(90);
    twin.apply(
      worldReading({ ...march, observedAt: '2026-03-03T12:00:00Z', receivedAt: '2026-03-06T00:00:00Z', used: 40 }),
    );
    expect(await total('a1')).toBe(90);
    twin.apply(worldReading({ ...march, observedAt: '2026-03-07T12:00:00Z', used: 70 }));
    expect(await total('a1')).toBe(70);
    expect((await daily('a1'))['2026-03-07']).toBeUndefined();
  });

  test('of a clock that runs ahead happen when the reading arrives', async () => {
    twin.apply(
      worldReading({ ...march, observedAt: '2026-03-30T12:00:00Z', receivedAt: '2026-03-05T12:00:00Z', used: 5 }),
    );
    expect(await total('a1')).toBe(5);
  });

  test('stand in hours of the project’s zone', async () => {
    twin.apply(worldReading({ ...march, observedAt: '2026-03-01T05:40:00Z', used: 3 }));
    const { body } = await get({
      event: 'API Call',
      on: 'properties["company_id"]',
      unit: 'hour',
      to_date: '2026-03-01',
    });
    expect(body.data.values.a1?.['2026-03-01 00:00:00']).toBe(3);
    expect(body.data.series).toHaveLength(24);
  });
});

describe('segmentation', () => {
  beforeEach(() => {
    const view = { type: 'event' as const, receivedAt: NOW, product: 'core', name: 'paywall_viewed', user: 'u1' };
    twin.apply(
      { ...view, id: 'e1', account: 'a1', occurredAt: '2026-03-19T12:00:00Z', properties: { feature: 'sso' } },
      { ...view, id: 'e1', account: 'a1', occurredAt: '2026-03-19T12:00:00Z', properties: { feature: 'sso' } },
      { ...view, id: 'e2', account: 'b2', occurredAt: '2026-03-19T12:00:00Z', properties: { feature: 'audit' } },
      { ...view, id: 'e3', account: 'b2', occurredAt: '2026-03-20T12:00:00Z', properties: {} },
    );
  });

  test('counts events in one series without `on`, each id once', async () => {
    const { body } = await get({ event: 'paywall_viewed', from_date: '2026-03-19' });
    expect(body).toEqual({
      data: { series: ['2026-03-19', '2026-03-20'], values: { paywall_viewed: { '2026-03-19': 2, '2026-03-20': 1 } } },
      legend_size: 1,
    });
  });

  test('groups by a property, filters, and returns the largest groups only', async () => {
    const feature = await get({ event: 'paywall_viewed', on: 'properties["feature"]' });
    expect(Object.keys(feature.body.data.values).sort()).toEqual(['audit', 'sso', 'undefined']);
    const sso = await get({
      event: 'paywall_viewed',
      on: 'properties["company_id"]',
      where: 'properties["feature"] == "sso" and properties["product"] == "core"',
    });
    expect(Object.keys(sso.body.data.values)).toEqual(['a1']);
    const one = await get({ event: 'paywall_viewed', on: 'properties["company_id"]', limit: '1' });
    expect(Object.keys(one.body.data.values)).toEqual(['b2']);
  });

  test.each<[Record<string, string>]>([
    [{ event: '' }],
    [{ event: 'x', from_date: 'March' }],
    [{ event: 'x', on: 'company_id' }],
    [{ event: 'x', where: 'drop table' }],
  ])('refuses %j', async (parameters) => {
    expect(await get(parameters)).toMatchObject({
      status: 400,
      body: { error: expect.any(String), request: expect.any(String) },
    });
  });
});

describe('engage', () => {
  const group = { data_group_id: '-6521893041173295871' };

  test('returns group profiles with the properties asked for', async () => {
    twin.apply(
      worldReading({
        account: 'a1',
        product: 'core',
        metric: 'seats',
        observedAt: NOW,
        used: 8,
        limit: 10,
        periodStart: null,
      }),
    );
    const { body } = await engage({
      ...group,
      output_properties: '["seats","seats_limit","csv_rows_30d"]',
      distinct_ids: '["a1"]',
    });
    expect(body).toMatchObject({ page: 0, page_size: 1000, status: 'ok', total: 1, session_id: expect.any(String) });
    expect(body.results).toEqual([
      { $distinct_id: 'a1', $properties: { seats: 8, seats_limit: 10, csv_rows_30d: expect.any(Number) } },
    ]);
  });

  test('keeps the newest measurement when an old one arrives late', async () => {
    const seats = { account: 'a1', product: 'core', metric: 'storage_gb', periodStart: null };
    twin.apply(
      worldReading({ ...seats, observedAt: '2026-03-19T00:00:00Z', used: 40 }),
      worldReading({ ...seats, observedAt: '2026-03-10T00:00:00Z', receivedAt: '2026-03-20T00:00:00Z', used: 49 }),
    );
    const { body } = await engage({ ...group, output_properties: '["storage_gb"]', distinct_ids: '["a1"]' });
    expect(body.results[0]?.$properties).toEqual({ storage_gb: 40 });
  });

  test('shows the new plan’s limits as soon as a customer has changed plans', async () => {
    twin.context.emit('billing.plan_changed', {
      account: 'a1',
      product: 'core',
      plan: 'team',
      cause: 'customer',
      at: NOW,
    });
    const { body } = await engage({
      ...group,
      output_properties: '["seats_limit","storage_gb_limit"]',
      distinct_ids: '["a1"]',
    });
    expect(body.results[0]?.$properties).toEqual({ seats_limit: 25, storage_gb_limit: 250 });
  });

  test('serves further pages of a session only', async () => {
    expect(await engage({ ...group, page: '1' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('session_id') },
    });
    expect((await engage({ ...group, page: '1', session_id: 'unknown' })).status).toBe(400);
    const first = await engage(group);
    const next = await engage({ ...group, page: '1', session_id: first.body.session_id });
    expect(next.body).toMatchObject({ page: 1, results: [], total: 2, session_id: first.body.session_id });
  });
});

describe('access', () => {
  test('needs the service account and the project', async () => {
    expect((await get({ event: 'x' }, {})).status).toBe(401);
    expect((await get({ event: 'x' }, { authorization: 'Basic eDp5' })).status).toBe(401);
    expect((await get({ event: 'x', project_id: '5' })).status).toBe(403);
    const noProject = await fetch(`${twin.url}/api/query/segmentation?event=x`, { headers: { authorization: AUTH } });
    expect(noProject.status).toBe(400);
    expect(await post('/import?strict=1&project_id=3187201', '[]', { authorization: 'Basic eDp5' })).toEqual({
      status: 401,
      body: { code: 401, error: 'Invalid credentials', status: 'Unauthorized' },
    });
  });

  test('is for 60 queries in an hour of business time', async () => {
    const ask = () => get({ event: 'x' });
    for (let n = 0; n < 60; n++) expect((await ask()).status).toBe(200);
    expect(await ask()).toMatchObject({
      status: 429,
      body: { error: expect.stringContaining('61/60 queries running in the last hour') },
    });
    await twin.context.advanceTo('2026-03-20T16:31:00.000Z');
    expect((await ask()).status).toBe(200);
  });
});

describe('import', () => {
  const send = (records: unknown) =>
    post('/import?strict=1&project_id=3187201', JSON.stringify(records), { 'content-type': 'application/json' });
  const good = {
    event: 'Signup',
    properties: { time: Date.parse(NOW), distinct_id: '', $insert_id: 'abc-1', company_id: 'a1' },
  };

  test('makes events that queries count', async () => {
    expect((await send([good])).body).toEqual({ code: 200, num_records_imported: 1, status: 'OK' });
    const { body } = await get({ event: 'Signup', on: 'properties["company_id"]' });
    expect(body.data.values.a1?.['2026-03-20']).toBe(1);
  });

  test.each([
    ['time', { time: Date.parse(NOW) + 2 * 3_600_000 }],
    ['time', { time: '2026' }],
    ['distinct_id', { distinct_id: 'anonymous' }],
    ['$insert_id', { $insert_id: 'under_score' }],
    ['$insert_id', { $insert_id: 'x'.repeat(37) }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const { status, body } = await send([good, { ...good, properties: { ...good.properties, ...wrong } }]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 400,
      num_records_imported: 1,
      status: 'Bad Request',
      failed_records: [{ index: 1, field: `properties.${field}` }],
    });
  });

  test('refuses batches that are too large, or no batch at all', async () => {
    expect((await send(Array.from({ length: 2_001 }, () => good))).status).toBe(413);
    expect((await send({ not: 'a list' })).status).toBe(400);
    const broken = await post('/import?strict=1&project_id=3187201', '[{', { 'content-type': 'application/json' });
    expect(broken).toMatchObject({ status: 400, body: { code: 400, status: 'Bad Request' } });
  });
});
