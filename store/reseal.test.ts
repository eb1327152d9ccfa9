import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { aRequest, send } from '../test/support/store-rows.ts';
import { claimEffect, fixedRing, inTransaction, MissingKeyError, readEffect } from './index.ts';
import { countSealed, reseal } from './reseal.ts';
import { effect } from './schema/index.ts';
import { sealBytes } from './sealing.ts';
import type { Tx } from './transaction.ts';
import { canonicalJson, openVault } from './vault.ts';

let place: Awaited<ReturnType<typeof freshStore>>;
beforeAll(async () => {
  place = await freshStore();
});
afterAll(() => place.close());
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(place.store, work);

const [newer, older, lost] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const claim = (key: string, ring: ReturnType<typeof fixedRing>) =>
  run((tx) => claimEffect(tx, openVault(ring), aRequest({ key, account: key, payload: { of: key } }), send));

test('payloads of older keys, and from before keys had ids, move to the newest; lost ones stay and hold up nobody', async () => {
  for (const key of ['a', 'b', 'c']) await claim(key, fixedRing([older]));
  await claim('d', fixedRing([lost]));
  await claim('e', fixedRing([newer]));
  await claim('f', fixedRing([older]));
  const unmarked = sealBytes(older, Buffer.from(canonicalJson({ of: 'f' })), Buffer.alloc(0));
  await run((tx) => tx.update(effect).set({ payload: unmarked }).where(eq(effect.key, 'f')));

  const ring = fixedRing([newer, older]);
  const vault = openVault(ring);
  const [idOf, lostId] = [(n: number) => ring.all()[n]?.id ?? '', fixedRing([lost]).newest().id];
  expect(await run(countSealed)).toEqual({ byKey: { [idOf(0)]: 1, [idOf(1)]: 3, [lostId]: 1 }, unmarked: 1 });
  const batches: number[] = [];
  for (let moved = -1; moved !== 0; batches.push(moved)) moved = await run((tx) => reseal(tx, vault, ring, 3));
  expect(batches).toEqual([3, 1, 0]);
  expect(await run(countSealed)).toEqual({ byKey: { [idOf(0)]: 5, [lostId]: 1 }, unmarked: 0 });

  const alone = openVault(fixedRing([newer]));
  for (const key of ['a', 'b', 'c', 'e', 'f']) {
    expect((await run((tx) => readEffect(tx, alone, key)))?.payload).toEqual({ of: key });
  }
  await expect(run((tx) => readEffect(tx, alone, 'd'))).rejects.toThrow(MissingKeyError);
});

test('a payload that is being sent is left for the next time', async () => {
  const ring = fixedRing([randomBytes(32), newer]);
  await run(async (holding) => {
    await holding.select().from(effect).where(eq(effect.key, 'a')).for('no key update');
    expect(await run((tx) => reseal(tx, openVault(ring), ring, 100))).toBe(4);
  });
  expect(await run((tx) => reseal(tx, openVault(ring), ring, 100))).toBe(1);
});
