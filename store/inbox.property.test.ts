import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { T0 } from '../test/support/store-rows.ts';
import {
  findInbox,
  inboxDone,
  inboxRetry,
  inTransaction,
  listParked,
  nextInbox,
  park,
  replay,
  type Store,
  skip,
  takeIn,
  type VendorEvent,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

const anEvent = (id: string, object: string): VendorEvent => ({
  id,
  object,
  type: 't',
  occurredAt: null,
  body: { id },
});
const take = (source: string, events: VendorEvent[]) =>
  inTransaction(store, (tx) => takeIn(tx, source, events, { now: T0, wireNow: 0 }));
const next = (limit: number, wireNow = 0) =>
  inTransaction(store, (tx) => nextInbox(tx, limit, { wireNow, leaseMs: 1_000 }));
const done = (id: number) => inTransaction(store, (tx) => inboxDone(tx, id, T0));

test('every event is handled once and in order of its object, by 8 workers at once, however often it was delivered', async () => {
  let example = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }), async (objects) => {
      const source = `s${example++}`;
      const events = objects.map((object, n) => anEvent(`e${n}`, `o${object}`));
      expect(await take(source, events)).toBe(events.length);
      expect(await take(source, events)).toBe(0);

      const handled: string[] = [];
      const worker = async () => {
        // Ends when nothing is left: an object in another worker's hands is that worker's to finish.
        for (let rows = await next(3); rows.length > 0; rows = await next(3)) {
          for (const row of rows) {
            handled.push(row.eventId);
            await done(row.id);
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      await worker();
      expect([...handled].sort()).toEqual(events.map((e) => e.id).sort());
      for (const object of new Set(events.map((e) => e.object))) {
        const expected = events.filter((e) => e.object === object).map((e) => e.id);
        expect(handled.filter((id) => expected.includes(id))).toEqual(expected);
      }
    }),
    { numRuns: 20 },
  );
});

test('a parked event holds up its object only, until it is replayed', async () => {
  await take('stripe', [anEvent('p1', 'cus_1'), anEvent('p2', 'cus_1'), anEvent('p3', 'cus_2')]);
  const rows = await next(10);
  expect(rows.map((row) => row.eventId)).toEqual(['p1', 'p3']);
  const [first, other] = rows;
  if (!first || !other) throw new Error('two events were expected');
  await inTransaction(store, (tx) => park(tx, first.id, 'unknown price'));
  await done(other.id);
  expect(await next(10, 9_999)).toEqual([]);
  expect(await inTransaction(store, (tx) => listParked(tx))).toMatchObject([{ eventId: 'p1', error: 'unknown price' }]);
  expect(await inTransaction(store, (tx) => replay(tx, first.id, 0))).toBe(true);
  expect((await next(10)).map((row) => row.eventId)).toEqual(['p1']);
  await done(first.id);
  expect((await next(10)).map((row) => row.eventId)).toEqual(['p2']);
});

test('replayed and skipped in any mix, events of an object are still handled in their order', async () => {
  let example = 0;
  const decisions = fc.array(fc.constantFrom('done', 'replay', 'skip'), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(decisions, async (ends) => {
      const object = `o${example++}`;
      const mine = (rows: { object: string }[]) => rows.filter((row) => row.object === object);
      await take(
        'mix',
        ends.map((_, index) => anEvent(`${object}-${index}`, object)),
      );
      const handled: string[] = [];
      for (const [index, end] of ends.entries()) {
        const [row] = mine(await next(1_000)).map((one) => one as Awaited<ReturnType<typeof next>>[number]);
        if (!row) throw new Error(`event ${index} of ${object} was not handed out`);
        if (end !== 'done') {
          await inTransaction(store, (tx) => park(tx, row.id, 'unknown price'));
          const [parked] = mine(await inTransaction(store, (tx) => listParked(tx, 10, { source: 'mix', object })));
          expect(parked).toMatchObject({ id: row.id, behind: ends.length - index - 1 });
          expect(mine(await next(1_000, 99_999))).toEqual([]);
        }
        if (end === 'skip') {
          const skipped = () => inTransaction(store, (tx) => skip(tx, row.id, { reason: 'a test', now: T0 }));
          expect([await skipped(), await skipped()]).toEqual([true, false]);
          expect(await inTransaction(store, (tx) => findInbox(tx, row.id))).toMatchObject({ skipped: 'a test' });
          continue;
        }
        if (end === 'replay') {
          await inTransaction(store, (tx) => replay(tx, row.id, 0));
          expect(mine(await next(1_000))).toMatchObject([{ id: row.id }]);
        }
        handled.push(row.eventId);
        await done(row.id);
      }
      expect(handled).toEqual(ends.flatMap((end, index) => (end === 'skip' ? [] : [`${object}-${index}`])));
    }),
    { numRuns: 20 },
  );
});

test('an event whose worker died is handed out again when its lease ends', async () => {
  await take('slack', [anEvent('l1', 'x')]);
  const [row] = (await next(10)).filter((r) => r.source === 'slack');
  expect((await next(10, 999)).filter((r) => r.source === 'slack')).toEqual([]);
  expect((await next(10, 1_000)).filter((r) => r.source === 'slack')).toMatchObject([{ eventId: 'l1', attempts: 2 }]);
  await inTransaction(store, (tx) => inboxRetry(tx, row?.id ?? 0, 'timeout', { wireNextAt: 5_000, counts: true }));
  expect((await next(10, 4_999)).filter((r) => r.source === 'slack')).toEqual([]);
  expect((await next(10, 5_000)).filter((r) => r.source === 'slack')).toHaveLength(1);
});

test('sources that are passed over lose nothing, and a wait that the vendor asked for is no attempt', async () => {
  await take('billing', [anEvent('p1', 'y')]);
  const except = async (wireNow: number) =>
    (await inTransaction(store, (tx) => nextInbox(tx, 10, { wireNow, leaseMs: 1, except: ['billing'] }))).filter(
      (row) => row.source === 'billing',
    );
  expect(await except(9_000)).toEqual([]);
  const [row] = (await next(10, 9_000)).filter((one) => one.source === 'billing');
  expect(row).toMatchObject({ eventId: 'p1', attempts: 1 });
  await inTransaction(store, (tx) => inboxRetry(tx, row?.id ?? 0, 'later', { wireNextAt: 9_500, counts: false }));
  const [again] = (await next(10, 9_500)).filter((one) => one.source === 'billing');
  expect(again).toMatchObject({ eventId: 'p1', attempts: 1 });
});
