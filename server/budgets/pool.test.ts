import { afterEach, describe, expect, test } from 'vitest';
import type { VendorLimit } from '../../connectors/kit/budget.ts';
import { RateLimitedError } from '../../connectors/kit/errors.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { grantPermits } from '../../domain/budget/grant.ts';
import { type Ask, NO_PERMITS, type Priority } from '../../domain/budget/types.ts';
import { connectionLimits } from './limits.ts';
import { PermitPool } from './pool.ts';

const BURST: VendorLimit = { name: 'burst', max: 190, per: '10s' };

/** The store's side, in memory; `away` makes the next question fail. */
function permitTable() {
  let state = NO_PERMITS;
  const table = {
    asks: [] as Ask[],
    away: false,
    paused: null as { wireUntil: number; reason: string } | null,
    state: () => state,
    ask: async (ask: Ask) => {
      table.asks.push(ask);
      if (table.away) throw new Error('the store is away');
      const wire = Date.now();
      const isPaused = table.paused !== null && table.paused.wireUntil > wire;
      const step = grantPermits(state, isPaused ? { ...ask, wants: [] } : ask, { wire, business: wire, scale: 1 });
      state = step.state;
      return { ...step.answer, paused: isPaused ? table.paused : null };
    },
  };
  return table;
}

const open: PermitPool[] = [];
afterEach(() => Promise.all(open.splice(0).map((pool) => pool.close())));

function poolOn(table: ReturnType<typeof permitTable>, limits: VendorLimit[]): PermitPool {
  const now = () => new Date().toISOString();
  const pool = new PermitPool({
    connection: 'crm',
    connector: 'hubspot',
    limits: connectionLimits(limits, { own: {}, zoneOf: () => 'UTC', now }),
    ask: table.ask,
    pause: async (wireUntil, reason) => {
      table.paused = { wireUntil, reason };
    },
    wireNow: Date.now,
  });
  open.push(pool);
  return pool;
}

const take = (pool: PermitPool, priority: Priority = 'message', keys: string[] = []) =>
  pool.take({ call: callWithin(5_000, { priority }), operation: 'list', keys });

const held = (table: ReturnType<typeof permitTable>) =>
  Object.values(table.state().buckets).reduce(
    (sum, bucket) => sum + Object.values(bucket.held).reduce((all, n) => all + n, 0),
    0,
  );

describe('questions to the store', () => {
  test('calls that start together are asked for together', async () => {
    const table = permitTable();
    const pool = poolOn(table, [BURST]);
    const permits = await Promise.all(Array.from({ length: 100 }, () => take(pool)));
    expect(permits).toHaveLength(100);
    expect(table.asks).toHaveLength(1);
  });

  test('where there is enough, calls one after the other ask far less often than once each', async () => {
    const table = permitTable();
    const pool = poolOn(table, [BURST]);
    for (let n = 0; n < 40; n++) (await take(pool, 'sweep')).done();
    expect(table.asks.length).toBeLessThanOrEqual(6);
  });

  test('one that got lost is asked again under a new name, and what the old one held stays counted', async () => {
    const table = permitTable();
    const pool = poolOn(table, [{ name: 'rate', max: 4, per: '10s' }]);
    const before = await Promise.all([take(pool, 'click'), take(pool, 'click')]);
    table.away = true;
    const waiting = [1, 2, 3].map(() => take(pool, 'click').catch(() => 'later'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    table.away = false;
    // Ends of calls that belong to the old name say nothing any more.
    for (const permit of before) permit.done();
    expect((await Promise.all(waiting)).filter((one) => one !== 'later')).toHaveLength(2);
    expect(held(table)).toBe(4);
  });
});

describe('a call without a permit', () => {
  test('ends at once, saying when to come back, where its turn is longer away than it may wait', async () => {
    const table = permitTable();
    const pool = poolOn(table, [{ name: 'queries', max: 1, per: '1h' }]);
    (await take(pool, 'click')).done();
    const error = await take(pool, 'click').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ stops: 'everybody', origin: { connector: 'hubspot', operation: 'list' } });
    expect(Number((error as RateLimitedError).retryAfterMs)).toBeGreaterThan(3_500_000);
  });

  test('waits a moment where its turn comes soon, and not before it is', async () => {
    const table = permitTable();
    const pool = poolOn(table, [{ name: 'rate', max: 1, per: '1s' }]);
    const first = await take(pool, 'click');
    first.done();
    const ended = performance.now();
    await take(pool, 'click');
    expect(performance.now() - ended).toBeGreaterThanOrEqual(999);
  });

  test('of a sweep that asks page by page is not starved by others that ask for everything', async () => {
    const table = permitTable();
    const limits: VendorLimit[] = [{ name: 'rate', max: 40, per: '1s' }];
    const [others, sweep] = [poolOn(table, limits), poolOn(table, limits)];
    const done = { message: 0, sweep: 0 };
    const until = performance.now() + 5_000;
    const repeatedly = async (pool: PermitPool, priority: 'message' | 'sweep') => {
      while (performance.now() < until) {
        const permit = await take(pool, priority).catch(() => null);
        await new Promise((resolve) => setTimeout(resolve, 5));
        permit?.done();
        if (permit) done[priority] += 1;
      }
    };
    await Promise.all([
      repeatedly(sweep, 'sweep'),
      ...Array.from({ length: 100 }, () => repeatedly(others, 'message')),
    ]);
    // About a tenth; how exactly depends on how busy this machine is, since a page is asked for when the last one came.
    expect(done.sweep / (done.sweep + done.message)).toBeGreaterThanOrEqual(0.05);
  });

  test('never holds up one that is more urgent', async () => {
    const table = permitTable();
    const pool = poolOn(table, [BURST]);
    const others = Array.from({ length: 400 }, () => take(pool, 'message').catch(() => 'later'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = performance.now();
    (await take(pool, 'click')).done();
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(await Promise.all(others)).toContain('later');
  });
});

describe('a permit that was not used', () => {
  const perSecond: VendorLimit[] = [{ name: 'channel', max: 1, per: '1s' }];

  test('goes to the next who waits here, at once', async () => {
    const pool = poolOn(permitTable(), perSecond);
    const overtaken = await take(pool, 'alert');
    const next = take(pool, 'alert');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begin = performance.now();
    overtaken.giveBack();
    (await next).done();
    expect(performance.now() - begin).toBeLessThan(500);
  });

  test('is free for another process at once, and not kept at hand', async () => {
    const table = permitTable();
    const [one, other] = [poolOn(table, perSecond), poolOn(table, perSecond)];
    const overtaken = await take(one, 'alert');
    const next = take(other, 'alert');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begin = performance.now();
    overtaken.giveBack();
    (await next).done();
    expect(performance.now() - begin).toBeLessThan(500);
  });

  test('counts once, whatever is said of it later', async () => {
    const table = permitTable();
    const pool = poolOn(table, perSecond);
    const [back, used] = [await take(pool, 'alert'), take(pool, 'alert')];
    back.giveBack();
    back.giveBack();
    back.done();
    const ended = await used;
    ended.done();
    ended.giveBack();
    const begin = performance.now();
    await take(pool, 'alert');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
    expect(held(table)).toBe(1);
  });
});

describe('"not before"', () => {
  test('of one process stops what another keeps at hand, as soon as it hears of it', async () => {
    const table = permitTable();
    const [one, other] = [poolOn(table, [BURST]), poolOn(table, [BURST])];
    (await take(other)).done();
    await one.pause(60_000, 'Retry-After 60');
    other.heedPause();
    for (const pool of [one, other])
      await expect(take(pool)).rejects.toMatchObject({ message: expect.stringContaining('Retry-After 60') });
  });

  test('for one channel leaves the others alone', async () => {
    const table = permitTable();
    const pool = poolOn(table, [{ name: 'channel', max: 1, per: '1s', of: 'channel', each: true }]);
    await pool.pause(60_000, 'Slack limits chat.postMessage', 'channel:C1');
    await expect(take(pool, 'alert', ['channel:C1'])).rejects.toBeInstanceOf(RateLimitedError);
    await take(pool, 'alert', ['channel:C2']);
    expect(table.paused).toBeNull();
  });
});

test('a process that stops gives back what it does not use', async () => {
  const table = permitTable();
  const pool = poolOn(table, [BURST]);
  (await take(pool)).done();
  expect(held(table)).toBeGreaterThan(1);
  await pool.close();
  expect(held(table)).toBe(0);
});
