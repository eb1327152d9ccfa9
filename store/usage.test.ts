import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Meter } from '../domain/usage/types.ts';
import { freshStore } from '../test/support/store.ts';
import { aReading, minutesLater, T0 } from '../test/support/store-rows.ts';
import {
  dropSweepLease,
  finishSweep,
  insertReadings,
  insertRejects,
  inTransaction,
  listSweeps,
  loadMeterHeads,
  loadMeters,
  medianTrips,
  type Store,
  saveCheckpoint,
  saveMeters,
  type Tx,
  takeSweepLease,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
const aMeter = (more: Partial<Meter>): Meter => ({
  account: 'acme',
  product: 'core',
  metric: 'api_calls',
  used: 81.5,
  limit: null,
  utilization: 0.815,
  periodStart: T0,
  periodEnd: minutesLater(60),
  denominator: {
    limit: 100,
    source: 'plan',
    periodStart: T0,
    periodEnd: minutesLater(60),
    plan: 'pro',
    usagePriced: false,
  },
  observedAt: T0,
  receivedAt: minutesLater(1),
  memory: {
    version: 1,
    recent: [],
    days: [],
    states: {},
    limitState: null,
    limitHit: null,
    closed: [],
    planSince: T0,
  },
  ...more,
});
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());

describe('readings', () => {
  const revisions = async (account: string) => {
    const rows = await store.pool.query(
      'select revision, used from reading where account = $1 order by observed_at, revision',
      [account],
    );
    return rows.rows.map((row) => [row.revision, row.used]);
  };

  test('the same value again is nothing new, another value is the next revision', async () => {
    const reading = async (used: number) =>
      (await run((tx) => insertReadings(tx, [aReading({ account: 'r1', used })]))).length;
    expect([await reading(5), await reading(5), await reading(7), await reading(5)]).toEqual([1, 0, 1, 1]);
    expect(await revisions('r1')).toEqual([
      [1, 5],
      [2, 7],
      [3, 5],
    ]);
  });

  test('several values of one moment in one page become revisions in their order', async () => {
    const page = [5, 5, 9, 9, 4].map((used) => aReading({ account: 'r2', used }));
    expect(await run((tx) => insertReadings(tx, page))).toHaveLength(3);
    expect(await revisions('r2')).toEqual([
      [1, 5],
      [2, 9],
      [3, 4],
    ]);
  });

  test('of many months and more than a statement holds all arrive, each in the partition of its month', async () => {
    const page = Array.from({ length: 2_500 }, (_, n) =>
      aReading({ account: 'r3', used: n, observedAt: minutesLater(n * 60, '2025-11-30T23:00:00.000Z') }),
    );
    expect(await run((tx) => insertReadings(tx, page))).toHaveLength(2_500);
    const parts = await store.pool.query(
      `select tableoid::regclass::text as part, count(*)::int as n from reading where account = 'r3' group by 1 order by 1`,
    );
    expect(parts.rows).toEqual([
      { part: 'reading_2025_11', n: 1 },
      { part: 'reading_2025_12', n: 744 },
      { part: 'reading_2026_01', n: 744 },
      { part: 'reading_2026_02', n: 672 },
      { part: 'reading_2026_03', n: 339 },
    ]);
  });

  test('of a new month by 8 transactions at once all arrive', async () => {
    const observedAt = '2031-05-05T00:00:00.000Z';
    const counts = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        run(async (tx) => (await insertReadings(tx, [aReading({ account: `m${n}`, observedAt })])).length),
      ),
    );
    expect(counts).toEqual(Array(8).fill(1));
  });
});

test('meters come back as they were saved, memory and all', async () => {
  const meter = aMeter({});
  await run((tx) => saveMeters(tx, [meter]));
  await run((tx) => saveMeters(tx, [{ ...meter, used: 90 }]));
  expect(await run((tx) => loadMeters(tx, ['acme', 'nobody']))).toEqual([{ ...meter, used: 90 }]);
});

test('rows that could not be understood are kept with the reason', async () => {
  await run((tx) =>
    insertRejects(
      tx,
      'file',
      [
        { row: 'not json', reason: 'no object' },
        { row: { used: 'x' }, reason: 'no number' },
      ],
      T0,
    ),
  );
  const rows = await store.pool.query('select "row", reason from reading_reject order by id');
  expect(rows.rows).toEqual([
    { row: 'not json', reason: 'no object' },
    { row: { used: 'x' }, reason: 'no number' },
  ]);
});

describe('sweeps', () => {
  const at = (wireNow: number) => ({ now: T0, wireNow, leaseMs: 1_000 });

  test('one owner at a time, until its lease ends; the checkpoint stays', async () => {
    const take = (owner: string, wireNow: number) => run((tx) => takeSweepLease(tx, 'mp', owner, at(wireNow)));
    expect(await take('a', 0)).toEqual({ checkpoint: null, firstSight: true });
    expect(await take('b', 500)).toBeNull();
    await run((tx) => saveCheckpoint(tx, 'mp', 'a', { page: 2 }, 1_500));
    expect(await take('b', 1_400)).toBeNull();
    expect(await take('b', 1_501)).toEqual({ checkpoint: { page: 2 }, firstSight: true });
    await expect(run((tx) => saveCheckpoint(tx, 'mp', 'a', { page: 3 }, 9_000))).rejects.toThrow('no longer holds');
    await run((tx) => finishSweep(tx, 'mp', 'b', { now: T0, wireNow: 2_000, readings: 9, rejects: 0, trips: 1 }));
    expect(await take('c', 2_000)).toEqual({ checkpoint: { page: 2 }, firstSight: false });
    await run((tx) => dropSweepLease(tx, 'mp', 'c'));
    expect(await run((tx) => listSweeps(tx))).toMatchObject([
      { connection: 'mp', leaseOwner: null, lastFinishedAt: T0 },
    ]);
  });

  test('of 8 that start at once one sweeps', async () => {
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, n) => run((tx) => takeSweepLease(tx, 'race', `o${n}`, at(0)))),
    );
    expect(taken.filter((lease) => lease !== null)).toHaveLength(1);
  });

  test('the median of trips looks back to the given moment only', async () => {
    for (const [minute, trips] of [
      [0, 100],
      [10, 1],
      [20, 2],
      [30, 9],
    ] as const) {
      await run((tx) => takeSweepLease(tx, 'median', 'o', at(0)));
      const counts = { now: minutesLater(minute), wireNow: 0, readings: 0, rejects: 0, trips };
      await run((tx) => finishSweep(tx, 'median', 'o', counts));
    }
    expect(await run((tx) => medianTrips(tx, 'median', minutesLater(10)))).toBe(2);
    expect(await run((tx) => medianTrips(tx, 'median', minutesLater(40)))).toBeNull();
  });
});

describe('heads of meters', () => {
  test('tell whether a meter waits for further readings or its plan has changed since', async () => {
    const holding = { phase: 'holding' as const, run: null, trips: [], basis: [], note: null };
    const quiet = aMeter({ account: 'head-quiet' });
    const waits = aMeter({ account: 'head-waits' });
    waits.memory = { ...waits.memory, states: { usage_80: holding } };
    await run((tx) => saveMeters(tx, [quiet, waits]));
    const heads = await run((tx) => loadMeterHeads(tx, ['head-quiet', 'head-waits']));
    expect(heads.map(({ account, eager }) => [account, eager]).sort()).toEqual([
      ['head-quiet', false],
      ['head-waits', true],
    ]);
  });
});
