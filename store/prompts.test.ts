import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  claimEffect,
  closeIncidents,
  confirm,
  expirePrompts,
  findTouch,
  hasPrompt,
  insertUpgrade,
  inTransaction,
  listEngagement,
  listPrompts,
  markPrompt,
  openIncident,
  putPrompt,
  recordConsents,
  type Store,
  type Tx,
  takeBackUpgrade,
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

const consent = (optedOut: boolean, minutes: number) => async (tx: Tx) =>
  await recordConsents(tx, [
    { person: 'ana@acme.example', category: 'marketing', source: `s${n}`, optedOut, at: minutesLater(minutes) },
  ]);
const upgrade = async (tx: Tx) => {
  const prices = { fromPlan: 'starter', toPlan: 'pro', fromMrrCents: 10_000, toMrrCents: 15_000, acvCents: 60_000 };
  const of = { account: `a${n}`, product: 'core', subscriptionId: `s${n}`, version: 2, at: minutesLater(30) };
  await insertUpgrade(tx, { id: `u${n}`, ...of, ...prices });
};

test.each<[string, (tx: Tx) => Promise<unknown>, (tx: Tx) => Promise<unknown>]>([
  ['upgraded', upgrade, (tx) => takeBackUpgrade(tx, `u${n}`, { reason: 'unpaid', now: minutesLater(60) })],
  ['opted out', consent(true, 30), consent(false, 60)],
  [
    'met an incident',
    (tx) => openIncident(tx, { id: `i${n}`, scope: `a${n}`, note: null, startedAt: minutesLater(30) }),
    (tx) => closeIncidents(tx, `a${n}`, minutesLater(60)),
  ],
])('a prompt is not shown to a customer who has %s since, and is again when that has passed', async (_, come, pass) => {
  expect(await shown(minutesLater(20))).toHaveLength(1);
  await run(come);
  expect(await shown(minutesLater(40))).toEqual([]);
  await run(pass);
  expect(await shown(minutesLater(70))).toHaveLength(1);
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
