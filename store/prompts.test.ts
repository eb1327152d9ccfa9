import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  claimEffect,
  confirm,
  expirePrompts,
  findTouch,
  hasPrompt,
  inTransaction,
  listEngagement,
  listPrompts,
  markPrompt,
  putPrompt,
  type Store,
  type Tx,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let key = '';
const DAY = 24 * 60;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const prompt = (over = {}) => ({
  key,
  account: 'acme',
  user: `u${n}`,
  title: 't',
  body: 'b',
  link: null,
  expiresAt: null,
  ...over,
});
const shown = (now: string) => run((tx) => listPrompts(tx, { account: 'acme', user: `u${n}`, now }));

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  key = `k${n++}`;
  await run(async (tx) => {
    await claimEffect(tx, store.vault, aRequest({ key, channel: 'in_app', account: `a${n}` }), send);
    await putPrompt(tx, prompt(), T0);
    await putPrompt(tx, prompt({ title: 'another' }), T0);
    await confirm(tx, key, { now: T0, wireNow: 1, result: null });
  });
});

test('a prompt put twice is one prompt and counts as delivered when it is shown', async () => {
  expect((await shown(T0)).map((p) => p.title)).toEqual(['t']);
  expect(await run((tx) => hasPrompt(tx, key))).toBe(true);
  expect((await run((tx) => findTouch(tx, key)))?.deliveredAt).toBeNull();
  await run((tx) => markPrompt(tx, key, 'shown', minutesLater(1)));
  await run((tx) => markPrompt(tx, key, 'shown', minutesLater(9)));
  expect((await run((tx) => findTouch(tx, key)))?.deliveredAt).toBe(minutesLater(1));
  expect(await run((tx) => listEngagement(tx, key))).toHaveLength(1);
  expect(await shown(minutesLater(2))).toHaveLength(1);
});

test.each(['clicked', 'dismissed'] as const)('a %s prompt is shown no more', async (mark) => {
  await run((tx) => markPrompt(tx, key, mark, minutesLater(1)));
  expect(await shown(minutesLater(2))).toEqual([]);
  expect((await run((tx) => findTouch(tx, key)))?.engagedAt).toBe(mark === 'clicked' ? minutesLater(1) : null);
});

test('a prompt nobody was shown in 7 days ends and gives its slot back; a shown one keeps it', async () => {
  expect(await run((tx) => expirePrompts(tx, minutesLater(7 * DAY - 1)))).not.toContain(key);
  expect(await run((tx) => expirePrompts(tx, minutesLater(7 * DAY)))).toContain(key);
  expect((await run((tx) => findTouch(tx, key)))?.state).toBe('released');
  expect(await shown(T0)).toEqual([]);
});

test('a shown prompt keeps its slot however old it gets', async () => {
  await run((tx) => markPrompt(tx, key, 'shown', minutesLater(1)));
  await run((tx) => expirePrompts(tx, minutesLater(30 * DAY)));
  expect((await run((tx) => findTouch(tx, key)))?.state).toBe('confirmed');
});

test('a mark on an unknown prompt says so', async () => {
  expect(await run((tx) => markPrompt(tx, 'nothing', 'shown', T0))).toBeNull();
});
