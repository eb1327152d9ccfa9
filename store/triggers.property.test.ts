import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { anEvent, T0 } from '../test/support/store-rows.ts';
import { claimEvents, claimOutbox, insertTriggerEvents, inTransaction, type Store } from './index.ts';

let store: Store;
let close: () => Promise<void>;
let example = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

/** A delivery: some events are stored (again), or some run wakes and claims what is there, perhaps asking twice. */
const delivery = fc.oneof(
  fc.record({ kind: fc.constant('events' as const), ids: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }) }),
  fc.record({ kind: fc.constant('wake' as const), run: fc.integer({ min: 0, max: 4 }), again: fc.boolean() }),
);

test('a trigger event runs in one journey and once, whatever is redelivered and in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { minLength: 4, maxLength: 24 }), async (deliveries) => {
      const prefix = `x${example++}`;
      const account = `${prefix}-acme`;
      const answers = new Map<string, Set<string>[]>();
      const claim = async (run: number) => {
        const input = {
          account,
          product: 'core',
          journeyId: `${prefix}-j${run}`,
          claim: `${prefix}-run${run}`,
          now: T0,
        };
        const events = await inTransaction(store, (tx) => claimEvents(tx, input));
        answers.set(input.claim, [...(answers.get(input.claim) ?? []), new Set(events.map((e) => e.id))]);
      };
      await Promise.all(
        deliveries.map(async (d) => {
          if (d.kind === 'wake') {
            await claim(d.run);
            if (d.again) await claim(d.run);
            return;
          }
          const events = d.ids.map((id) => anEvent({ id: `${prefix}-e${id}`, account }));
          await inTransaction(store, (tx) => insertTriggerEvents(tx, events, T0));
        }),
      );
      await claim(9);

      const owners = new Map<string, Set<string>>();
      for (const [run, sets] of answers) {
        for (const id of sets.flatMap((ids) => [...ids])) owners.set(id, (owners.get(id) ?? new Set()).add(run));
      }
      const stored = new Set(
        deliveries.flatMap((d) => (d.kind === 'events' ? d.ids.map((id) => `${prefix}-e${id}`) : [])),
      );
      expect(new Set(owners.keys())).toEqual(stored);
      for (const runs of owners.values()) expect(runs.size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

test('8 dispatchers at once take each message once', async () => {
  const events = Array.from({ length: 60 }, (_, n) => anEvent({ id: `m${n}`, account: `m${n}` }));
  await inTransaction(store, async (tx) => {
    await claimOutbox(tx, 1_000_000, { wireNow: 1, leaseMs: 60_000 });
    await insertTriggerEvents(tx, events, T0);
  });
  const take = () => inTransaction(store, (tx) => claimOutbox(tx, 5, { wireNow: 1, leaseMs: 60_000 }));
  const taken = (await Promise.all(Array.from({ length: 24 }, take))).flat().map((message) => message.target);
  const rest = await inTransaction(store, (tx) => claimOutbox(tx, 100, { wireNow: 1, leaseMs: 60_000 }));
  const all = [...taken, ...rest.map((message) => message.target)];
  expect(new Set(all).size).toBe(60);
  expect(all).toHaveLength(60);
});
