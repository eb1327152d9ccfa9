import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RateLimitedError } from '../../kit/errors.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { documented } from '../fixtures/documented.ts';
import { manifest } from '../manifest.ts';
import { apiCalls, connect, SECRETS, seats, startCanned, sweep, usageRequest, values } from '../test-support.ts';
import { type RunningTwin, startTwin, worldAccount, worldReading } from '../twin/test-support.ts';

const NOW = '2026-03-20T15:30:00.000Z';
const MARCH = { start: '2026-03-01T05:00:00Z', end: '2026-04-01T04:00:00Z' };
const csvRows = { fact: 'csv_rows_30d', read: { engage: { property: 'csv_rows_30d' } } };

let twin: RunningTwin<FakeTwinContext>;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: NOW, secrets: SECRETS }));
});
afterEach(() => twin.close());

describe('a sweep', () => {
  test('sums each account’s counter within its own billing period', async () => {
    twin.apply(
      worldReading({ account: 'a1', observedAt: '2026-03-10T12:00:00Z', used: 900, ...{ periodStart: MARCH.start } }),
      worldReading({ account: 'a1', observedAt: '2026-03-20T14:00:00Z', used: 1_000, ...{ periodStart: MARCH.start } }),
      // Began at 10:00 in the morning of New York: the first day is cut by hours.
      worldReading({
        account: 'b2',
        observedAt: '2026-03-17T13:00:00Z',
        used: 70_000,
        periodStart: '2026-02-17T14:00:00Z',
        periodEnd: '2026-03-17T14:00:00Z',
      }),
      worldReading({
        account: 'b2',
        observedAt: '2026-03-17T20:00:00Z',
        used: 40,
        periodStart: '2026-03-17T14:00:00Z',
      }),
      worldReading({
        account: 'b2',
        observedAt: '2026-03-18T20:00:00Z',
        used: 55,
        periodStart: '2026-03-17T14:00:00Z',
      }),
    );
    const { usage, dependencies } = connect(twin.url);
    const periods: Record<string, { start: string; end: string }> = {
      a1: MARCH,
      b2: { start: '2026-03-17T14:00:00Z', end: '2026-04-17T14:00:00Z' },
    };
    const page = await sweep(
      usage,
      usageRequest(NOW, { metrics: [apiCalls], periodOf: (account) => periods[account] ?? null }),
    );
    expect(values(page.readings, 'a1')).toEqual({ now: 1_000, atMidnight: 900 });
    expect(values(page.readings, 'b2')).toEqual({ now: 55, atMidnight: 55 });
    expect(page.readings.find(({ account }) => account === 'a1')).toMatchObject({
      source: 'product_usage',
      product: 'api',
      metric: 'api_calls',
      periodStart: MARCH.start,
      periodEnd: MARCH.end,
    });
    expect(page.complete).toBe(true);
    expect(dependencies.taken).toHaveLength(2);
  });

  test('keeps settled first days: the next sweep asks for no hours', async () => {
    const period = { start: '2026-03-05T14:00:00Z', end: '2026-04-05T14:00:00Z' };
    twin.apply(
      worldReading({
        account: 'a1',
        observedAt: '2026-03-05T13:30:00Z',
        used: 5_000,
        periodStart: '2026-02-05T14:00:00Z',
        periodEnd: period.start,
      }),
      worldReading({ account: 'a1', observedAt: '2026-03-05T20:00:00Z', used: 30, periodStart: period.start }),
      worldReading({ account: 'a1', observedAt: '2026-03-06T20:00:00Z', used: 42, periodStart: period.start }),
    );
    const { usage, dependencies } = connect(twin.url);
    const request = usageRequest(NOW, { metrics: [apiCalls], periodOf: () => period });
    const first = await sweep(usage, request);
    const second = await sweep(usage, { ...request, checkpoint: first.checkpoint });
    expect(values(first.readings, 'a1').now).toBe(42);
    expect(second.readings).toEqual(first.readings);
    expect(dependencies.taken).toHaveLength(3);
  });

  test('reads the first day again while late events may still change it', async () => {
    const period = { start: '2026-03-19T14:00:00Z', end: '2026-04-19T14:00:00Z' };
    twin.apply(
      worldReading({ account: 'a1', observedAt: '2026-03-19T18:00:00Z', used: 10, periodStart: period.start }),
    );
    const { usage } = connect(twin.url);
    const request = usageRequest(NOW, { metrics: [apiCalls], periodOf: () => period });
    const first = await sweep(usage, request);
    twin.apply(
      worldReading({ account: 'a1', observedAt: '2026-03-19T19:00:00Z', used: 25, periodStart: period.start }),
    );
    const second = await sweep(usage, { ...request, checkpoint: first.checkpoint });
    expect(values(second.readings, 'a1')).toEqual({ now: 25, atMidnight: 25 });
  });

  test('widens its range when a period began before it, and remembers that', async () => {
    const year = { start: '2025-11-01T04:00:00Z', end: '2026-11-01T04:00:00Z' };
    twin.apply(
      worldReading({
        account: 'a1',
        observedAt: '2026-03-19T12:00:00Z',
        used: 5_000,
        periodStart: year.start,
        periodEnd: year.end,
      }),
    );
    const { usage, dependencies } = connect(twin.url);
    const request = usageRequest(NOW, { metrics: [apiCalls], periodOf: () => year });
    const first = await sweep(usage, request);
    expect(values(first.readings, 'a1').now).toBe(5_000);
    expect(dependencies.taken).toHaveLength(2);
    await sweep(usage, { ...request, checkpoint: first.checkpoint });
    expect(dependencies.taken).toHaveLength(3);
  });

  test('rejects a period that no billing has, and goes on', async () => {
    twin.apply(
      worldReading({ account: 'a1', observedAt: '2026-03-19T12:00:00Z', used: 5, periodStart: MARCH.start }),
      worldReading({ account: 'b2', observedAt: '2026-03-19T12:00:00Z', used: 6, periodStart: MARCH.start }),
    );
    const periodOf = (account: string) =>
      account === 'a1' ? { start: '2015-01-01T00:00:00Z', end: '2036-01-01T00:00:00Z' } : MARCH;
    const page = await sweep(connect(twin.url).usage, usageRequest(NOW, { metrics: [apiCalls], periodOf }));
    expect(page.rejects).toEqual([
      { row: { account: 'a1', periodStart: '2015-01-01T00:00:00Z' }, reason: expect.stringContaining('400 days') },
    ]);
    expect(values(page.readings, 'b2').now).toBe(6);
  });

  test('drops accounts without a period and events without an account', async () => {
    const canned = await startCanned(200, {
      data: {
        series: ['2026-03-20'],
        values: { undefined: { '2026-03-20': 9 }, '77': { '2026-03-20': 3 }, stranger: { '2026-03-20': 4 } },
      },
    });
    const asked: string[] = [];
    const periodOf = (account: string) => {
      asked.push(account);
      return account === '77' ? MARCH : null;
    };
    const page = await sweep(connect(canned.url).usage, usageRequest(NOW, { metrics: [apiCalls], periodOf }));
    canned.close();
    expect(page.readings.map(({ account }) => account)).toEqual(['77', '77']);
    expect(asked).not.toContain('undefined');
  });

  test('reads gauges and facts of all accounts together, page by page', async () => {
    const accounts = Array.from({ length: 2_000 }, (_, n) => `a${n}`);
    twin.apply(
      ...accounts.map(worldAccount),
      ...accounts.map((account, n) =>
        worldReading({
          account,
          product: 'core',
          metric: 'seats',
          observedAt: '2026-03-20T10:00:00Z',
          used: n,
          limit: n === 0 ? null : 10,
        }),
      ),
    );
    const { usage, dependencies } = connect(twin.url);
    const page = await sweep(usage, usageRequest(NOW, { metrics: [seats], facts: [csvRows] }));
    expect(page.readings).toHaveLength(2_000);
    expect(new Set(page.readings.map(({ account }) => account)).size).toBe(2_000);
    expect(page.readings[0]).toMatchObject({ account: 'a0', used: 0, limit: null, observedAt: NOW });
    expect(page.readings[9]).toMatchObject({ account: 'a9', used: 9, limit: 10 });
    expect(page.facts).toHaveLength(2_000);
    expect(page.complete).toBe(true);
    // A full last page needs one more to know that it was the last.
    expect(dependencies.taken).toHaveLength(3);
    expect(manifest.callsPerSweep?.({ metrics: [seats], facts: [csvRows] }, 2_000)).toBe(3);
  });

  test('goes on where the quota stopped it, with the vendor’s session', async () => {
    const accounts = Array.from({ length: 2_500 }, (_, n) => `a${n}`);
    twin.apply(
      ...accounts.map((account) =>
        worldReading({ account, product: 'core', metric: 'seats', observedAt: '2026-03-20T10:00:00Z', used: 1 }),
      ),
    );
    let left = 2;
    const { usage } = connect(twin.url, {
      refuse: ({ operation }) => {
        left -= 1;
        if (left < 0) throw new RateLimitedError('40 queries this hour', 60_000, { connector: 'mixpanel', operation });
      },
    });
    const read: string[] = [];
    let checkpoint: Parameters<typeof usageRequest>[1] = {};
    const run = async () => {
      for await (const page of usage.readUsage(usageRequest(NOW, { metrics: [seats], ...checkpoint }), {
        signal: AbortSignal.timeout(10_000),
        deadline: performance.now() + 10_000,
      })) {
        read.push(...page.readings.map(({ account }) => account));
        checkpoint = { checkpoint: page.checkpoint };
      }
    };
    await expect(run()).rejects.toBeInstanceOf(RateLimitedError);
    expect(read).toHaveLength(2_000);
    left = 10;
    await run();
    expect(read).toHaveLength(2_500);
    expect(new Set(read).size).toBe(2_500);
  });

  test('starts profiles anew when the vendor has forgotten the session', async () => {
    twin.apply(
      worldReading({ account: 'a1', product: 'core', metric: 'seats', observedAt: '2026-03-20T10:00:00Z', used: 3 }),
    );
    const checkpoint = {
      from: null,
      engage: { sessionId: 'gone', page: 2, at: NOW },
      firstDays: {},
      oldestFirst: false,
    };
    const page = await sweep(connect(twin.url).usage, usageRequest(NOW, { metrics: [seats], checkpoint }));
    expect(page.readings).toHaveLength(1);
  });

  test('says when the vendor cut the answer short', async () => {
    const groups = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`a${n}`, { '2026-03-20': 1 }]));
    const canned = await startCanned(200, { data: { series: ['2026-03-20'], values: groups }, legend_size: 10_000 });
    const page = await sweep(
      connect(canned.url).usage,
      usageRequest(NOW, { metrics: [apiCalls], periodOf: () => MARCH }),
    );
    canned.close();
    expect(page.complete).toBe(false);
    expect(page.rejects).toEqual([
      { row: { metric: 'api_calls', event: 'API Call' }, reason: expect.stringContaining('10000 accounts or more') },
    ]);
    expect(page.readings.length).toBe(20_000);
    expect(page.pages).toBe(22);
  });

  test('takes a permit of the query quota before every query, and asks nothing without one', async () => {
    const canned = await startCanned(200, documented.segmentation);
    const { usage, dependencies } = connect(canned.url, {
      refuse: () => {
        throw new RateLimitedError('none left', 60_000, { connector: 'mixpanel', operation: 'query' });
      },
    });
    await expect(sweep(usage, usageRequest(NOW, { metrics: [apiCalls] }))).rejects.toBeInstanceOf(RateLimitedError);
    canned.close();
    expect(dependencies.taken).toMatchObject([{ keys: ['query'] }]);
    expect(dependencies.pauses).toEqual([]);
    expect(canned.requests).toEqual([]);
  });

  test('asks as the vendor documents', async () => {
    const canned = await startCanned(200, documented.segmentation);
    const { usage } = connect(canned.url, { settings: { account_key: 'the "id"', workspace_id: 99 } });
    const metric = {
      ...apiCalls,
      read: { segmentation: { event: 'API Call', where: 'properties["staff"] == false' } },
    };
    await sweep(usage, usageRequest(NOW, { metrics: [metric] }));
    canned.close();
    const [request] = canned.requests;
    expect(request?.method).toBe('GET');
    expect(request?.url.pathname).toBe('/api/query/segmentation');
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
      project_id: '3187201',
      workspace_id: '99',
      event: 'API Call',
      from_date: '2026-02-16',
      to_date: '2026-03-20',
      unit: 'day',
      type: 'general',
      on: 'properties["the \\"id\\""]',
      limit: '10000',
      where: 'properties["staff"] == false',
    });
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from('sandbox.a1.mp-service-account:open-sesame').toString('base64')}`,
    );
  });

  test('asks for profiles as the vendor documents', async () => {
    const canned = await startCanned(200, documented.engage);
    await sweep(connect(canned.url).usage, usageRequest(NOW, { metrics: [seats] }));
    canned.close();
    const [request] = canned.requests;
    expect([request?.method, request?.url.pathname, request?.url.search]).toEqual([
      'POST',
      '/api/query/engage',
      '?project_id=3187201',
    ]);
    expect(request?.headers['content-type']).toContain('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      output_properties: '["seats","seats_limit"]',
      data_group_id: '-6521893041173295871',
    });
  });

  test('refuses to count events of what has no period', async () => {
    const { usage } = connect(twin.url);
    const gauge = { ...apiCalls, resets: 'never' as const };
    await expect(sweep(usage, usageRequest(NOW, { metrics: [gauge] }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const fact = { fact: 'calls', read: apiCalls.read };
    await expect(sweep(usage, usageRequest(NOW, { facts: [fact] }))).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('needs two queries a counter and one per thousand profiles, whatever else it reads', () => {
    expect(manifest.callsPerSweep?.({ metrics: [apiCalls], facts: [] }, 20_000)).toBe(2);
    expect(manifest.callsPerSweep?.({ metrics: [apiCalls, seats], facts: [csvRows] }, 20_500)).toBe(23);
  });
});
