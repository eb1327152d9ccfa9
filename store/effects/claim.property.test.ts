import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../../test/support/store.ts';
import { aRequest, capOf } from '../../test/support/store-rows.ts';
import { claimEffect, inTransaction, listTouches, PayloadConflictError, type Store, withdraw } from '../index.ts';

const CONNECTIONS = 8;
let store: Store;
let close: () => Promise<void>;
let run = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore(CONNECTIONS));
});
afterAll(() => close());

interface Claim {
  account: number;
  person: number;
  step: number;
  /** Gives the slot back at once, so that others may take it. */
  withdrawn: boolean;
}
const claims = fc.array(
  fc.record({
    account: fc.integer({ min: 0, max: 2 }),
    person: fc.integer({ min: 0, max: 2 }),
    step: fc.integer({ min: 0, max: 5 }),
    withdrawn: fc.boolean(),
  }),
  { minLength: 8, maxLength: 32 },
);

/** Ids that no other example of the property shares. */
function requestOf(example: number, { account, person, step }: Claim) {
  const key = `${example}:${account}:${person}:${step}`;
  return aRequest({ key, account: `a${example}-${account}`, person: `p${example}-${person}`, payload: { key } });
}

test('no interleaving of claims by 8 connections passes a cap of account or person, and none deadlocks', async () => {
  await fc.assert(
    fc.asyncProperty(
      claims,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      async (list, account, person) => {
        const example = run++;
        await Promise.all(
          list.map((claim) =>
            inTransaction(store, async (tx) => {
              const request = requestOf(example, claim);
              const result = await claimEffect(tx, store.vault, request, capOf({ account, person }));
              if (result.kind === 'claimed' && claim.withdrawn) {
                await withdraw(tx, request.key, { now: request.now, wireNow: request.wireNow, reason: 'test' });
              }
            }),
          ),
        );
        for (const n of [0, 1, 2]) {
          const ofAccount = await slots({ account: `a${example}-${n}` });
          const ofPerson = await slots({ person: `p${example}-${n}` });
          expect(ofAccount).toBeLessThanOrEqual(account);
          expect(ofPerson).toBeLessThanOrEqual(person);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('claims of one key by 8 connections at once make one effect, and the others find it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 16 }), async (times) => {
      const request = requestOf(run++, { account: 0, person: 0, step: 0, withdrawn: false });
      const results = await Promise.all(
        Array.from({ length: times }, () =>
          inTransaction(store, (tx) => claimEffect(tx, store.vault, request, capOf({ account: 1, person: 1 }))),
        ),
      );
      expect(results.filter((r) => r.kind === 'claimed')).toHaveLength(1);
      expect(results.filter((r) => r.kind === 'existing')).toHaveLength(times - 1);
      expect(await slots({ account: request.account })).toBe(1);
    }),
    { numRuns: 20 },
  );
});

test('of claims of one key with different payloads only one payload is ever stored, the others fail', async () => {
  const request = requestOf(run++, { account: 0, person: 0, step: 0, withdrawn: false });
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) =>
      inTransaction(store, (tx) =>
        claimEffect(tx, store.vault, { ...request, payload: { n } }, capOf({ account: 9, person: 9 })),
      ),
    ),
  );
  const failed = results.flatMap((r) => (r.status === 'rejected' ? [r.reason] : []));
  expect(failed).toHaveLength(7);
  expect(failed.every((error) => error instanceof PayloadConflictError)).toBe(true);
});

async function slots(filter: { account: string } | { person: string }): Promise<number> {
  const touches = await inTransaction(store, (tx) => listTouches(tx, filter));
  return touches.filter((touch) => touch.state !== 'released').length;
}
