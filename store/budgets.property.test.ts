import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, type Limit, PRIORITIES, type Priority } from '../domain/budget/types.ts';
import { freshStore } from '../test/support/store.ts';
import { T0 } from '../test/support/store-rows.ts';
import { askPermits, inTransaction, pausedUntil, pauseUntil, type Store } from './index.ts';

let store: Store;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

const CLOCK = { startedAt: T0, epoch: T0, scale: 1 };
const limit = (max: number, ms: number): Limit => ({
  bucket: 'rate',
  max,
  cap: null,
  window: { kind: 'rolling', ms, clock: 'wire' },
});
const ask = (connection: string, question: Partial<Ask> & Pick<Ask, 'holder' | 'limits'>) =>
  inTransaction(store, (tx) =>
    askPermits(tx, connection, CLOCK, { ended: [], unused: [], wants: [], told: [], ...question }),
  );

interface Sent {
  priority: Priority;
  /** When the vendor saw it. */
  arrivedAt: number;
}

/** One process at full demand: asks for batches and makes its calls, each a moment long. */
async function worker(connection: string, limits: Limit[], priorities: Priority[], untilAt: number): Promise<Sent[]> {
  const holder = randomUUID();
  const buckets = limits.map(({ bucket }) => bucket);
  const sent: Sent[] = [];
  const ended: number[] = [];
  const calls: Promise<void>[] = [];
  while (performance.now() < untilAt) {
    const asked = performance.now();
    const past = ended.splice(0);
    const answer = await ask(connection, {
      holder,
      limits,
      wants: priorities.map((priority) => ({ buckets, priority, n: 20 })),
      ended: past.map((at) => ({ buckets, n: 1, wireMsAgo: Math.max(0, asked - at) })),
    });
    const heard = performance.now();
    for (const { priority, inMs } of answer.grants) {
      const call = async () => {
        await sleep(Math.max(1, Math.ceil(heard + inMs - performance.now()) + 1));
        sent.push({ priority, arrivedAt: performance.now() });
        await sleep(5);
        ended.push(performance.now());
      };
      calls.push(call());
    }
    await sleep(Math.min(...answer.waits.map(({ againMs }) => againMs), 100));
  }
  await Promise.all(calls);
  return sent;
}

function mostIn(times: number[], ms: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.map((end) => sorted.filter((at) => at <= end && at > end - ms).length));
}

test('8 connections at once never take more than a window allows, use it well, and leave a tenth to each priority', async () => {
  const WINDOW_MS = 500;
  for (const max of [5, 40]) {
    const begin = performance.now();
    const workers = Array.from({ length: 8 }, (_, n) =>
      worker(`full-${max}`, [limit(max, WINDOW_MS)], n < 4 ? [...PRIORITIES] : ['click', 'sweep'], begin + 6_000),
    );
    const sent = (await Promise.all(workers)).flat();
    expect(
      mostIn(
        sent.map(({ arrivedAt }) => arrivedAt),
        WINDOW_MS,
      ),
    ).toBeLessThanOrEqual(max);
    const steady = sent.filter(({ arrivedAt }) => arrivedAt > begin + 1_000);
    for (const priority of PRIORITIES) {
      const share = steady.filter((one) => one.priority === priority).length / steady.length;
      expect({ priority, enough: share >= 0.1 }).toEqual({ priority, enough: true });
    }
    expect(steady.length).toBeGreaterThan(0.5 * max * 10);
  }
}, 60_000);

test('what a dead process held is counted until its lease ends, and is free afterwards', async () => {
  const limits = [limit(3, 1_000)];
  const wants = [{ buckets: ['rate'], priority: 'click' as const, n: 3 }];
  expect((await ask('dead', { holder: 'killed', limits, wants })).grants).toHaveLength(3);
  expect((await ask('dead', { holder: 'other', limits, wants })).grants).toHaveLength(0);
  // As if its last question was so long ago.
  await inTransaction(store, (tx) =>
    tx.execute(
      sql`update permit set state = jsonb_set(state, '{holders,killed,until}', '1') where connection = 'dead'`,
    ),
  );
  expect((await ask('dead', { holder: 'other', limits, wants })).grants).toHaveLength(3);
});

test('a paused connection gives no permit to anybody, but takes back what ended', async () => {
  const limits = [limit(3, 1_000)];
  const wants = [{ buckets: ['rate'], priority: 'click' as const, n: 1 }];
  await ask('limited', { holder: 'a', limits, wants });
  const wireUntil = Date.now() + 60_000;
  await inTransaction(store, (tx) => pauseUntil(tx, 'limited', wireUntil, 'Retry-After 60'));
  const ended = [{ buckets: ['rate'], n: 1, wireMsAgo: 0 }];
  const answer = await ask('limited', { holder: 'a', limits, wants, ended });
  expect(answer).toMatchObject({ grants: [], paused: { wireUntil, reason: 'Retry-After 60' } });
  // As if its time had come.
  await inTransaction(store, (tx) =>
    tx.execute(sql`update connection_pause set wire_until = 1 where connection = 'limited'`),
  );
  expect((await ask('limited', { holder: 'b', limits, wants })).grants).toHaveLength(1);
});

test("a day's quota that is spent pauses the connection until the vendor counts anew, and says so", async () => {
  const businessAt = Date.now() + 3_600_000;
  const clock = { startedAt: '1970-01-01T00:00:00.000Z', epoch: '1970-01-01T00:00:00.000Z', scale: 1 };
  const limits: Limit[] = [{ bucket: 'daily', max: 2, cap: null, window: { kind: 'until', businessAt } }];
  const wants = [{ buckets: ['daily'], priority: 'click' as const, n: 3 }];
  const question = { holder: 'a', limits, wants, ended: [], unused: [], told: [] };
  await inTransaction(store, (tx) => askPermits(tx, 'crm', clock, question));
  const paused = await inTransaction(store, (tx) => pausedUntil(tx, 'crm', Date.now()));
  expect(paused).toMatchObject({ reason: 'the 2 calls of its limit daily are used up' });
  expect(Math.abs((paused?.wireUntil ?? 0) - businessAt)).toBeLessThan(1_000);
});

test('a shorter "not before" never cuts a longer one, and it ends by the wire clock', async () => {
  await inTransaction(store, async (tx) => {
    await pauseUntil(tx, 'mixpanel', 5_000, 'Retry-After 5');
    await pauseUntil(tx, 'mixpanel', 2_000, 'Retry-After 2');
    expect(await pausedUntil(tx, 'mixpanel', 4_999)).toEqual({ wireUntil: 5_000, reason: 'Retry-After 5' });
    expect(await pausedUntil(tx, 'mixpanel', 5_000)).toBeNull();
  });
});
