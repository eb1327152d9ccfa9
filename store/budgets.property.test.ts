import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { minutesLater, T0 } from '../test/support/store-rows.ts';
import { clearPausedUntil, inTransaction, pausedUntil, pauseUntil, type Store, takeHourly } from './index.ts';

let store: Store;
let close: () => Promise<void>;
let example = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

const calls = fc.array(fc.record({ minute: fc.integer({ min: 0, max: 150 }), count: fc.integer({ min: 1, max: 4 }) }), {
  minLength: 5,
  maxLength: 60,
});

test('in no 60 minutes are more calls taken than the limit, by 8 connections at once', async () => {
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 4, max: 12 }), async (wanted, limit) => {
      const connection = `c${example++}`;
      const granted: { at: number; count: number }[] = [];
      // Business time goes on in order; within a minute everybody asks at once.
      const minutes = [...new Set(wanted.map((call) => call.minute))].sort((a, b) => a - b);
      for (const minute of minutes) {
        await Promise.all(
          wanted
            .filter((call) => call.minute === minute)
            .map(async ({ count }) => {
              const input = { connection, key: 'query', limit, count, now: minutesLater(minute) };
              const permit = await inTransaction(store, (tx) => takeHourly(tx, input));
              if (permit.granted) granted.push({ at: minute, count });
              else expect(Date.parse(permit.freeAt)).toBeGreaterThan(Date.parse(input.now));
            }),
        );
      }
      for (const { at } of granted) {
        const hour = granted.filter((g) => g.at <= at && g.at > at - 60).reduce((sum, g) => sum + g.count, 0);
        expect(hour).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 25 },
  );
});

test('calls are free again when the answer says so', async () => {
  const ask = (now: string) =>
    inTransaction(store, (tx) => takeHourly(tx, { connection: 'free', key: 'query', limit: 2, count: 2, now }));
  expect(await ask(T0)).toEqual({ granted: true });
  const denied = await ask(minutesLater(30));
  expect(denied.granted).toBe(false);
  if (!denied.granted) expect(await ask(denied.freeAt)).toEqual({ granted: true });
});

test('a shorter "not before" never cuts a longer one, and it ends by the wire clock', async () => {
  await inTransaction(store, async (tx) => {
    await pauseUntil(tx, 'mixpanel', 5_000, 'Retry-After 5');
    await pauseUntil(tx, 'mixpanel', 2_000, 'Retry-After 2');
    expect(await pausedUntil(tx, 'mixpanel', 4_999)).toEqual({ wireUntil: 5_000, reason: 'Retry-After 5' });
    expect(await pausedUntil(tx, 'mixpanel', 5_000)).toBeNull();
    await clearPausedUntil(tx, 'mixpanel');
    expect(await pausedUntil(tx, 'mixpanel', 0)).toBeNull();
  });
});
