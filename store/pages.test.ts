import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { aRequest, send, T0 } from '../test/support/store-rows.ts';
import { claimEffect, inTransaction, type PageCursor, pageEffects, type Store } from './index.ts';

let store: Store;
let close: () => Promise<void>;
const KEYS = ['a', 'b', 'c', 'd', 'e'];

beforeAll(async () => {
  ({ store, close } = await freshStore());
  await inTransaction(store, async (tx) => {
    for (const key of KEYS)
      await claimEffect(tx, store.vault, aRequest({ key, now: T0, account: key < 'c' ? 'acme' : 'other' }), send);
  });
});
afterAll(() => close());

async function all(limit: number, account?: string): Promise<string[]> {
  const keys: string[] = [];
  for (let after: PageCursor | null = null; ; ) {
    const rows = await inTransaction(store, (tx) => pageEffects(tx, { after, limit, account }));
    keys.push(...rows.map((row) => row.key));
    const last = rows.at(-1);
    if (last === undefined) return keys;
    after = { at: last.claimedAt, id: last.key };
  }
}

test.each([1, 2, 5])('rows of one moment come once each in pages of %i', async (limit) => {
  expect(await all(limit)).toEqual([...KEYS].reverse());
});

test('a filter holds over all pages', async () => {
  expect(await all(1, 'acme')).toEqual(['b', 'a']);
});
