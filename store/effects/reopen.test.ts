/** An effect taken up again by hand: on the ledger it is the same effect, judged anew. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshStore } from '../../test/support/store.ts';
import { aRequest, capOf, minutesLater, send, T0 } from '../../test/support/store-rows.ts';
import {
  backToClaimed,
  beginAttempt,
  claimEffect,
  claimOutbox,
  findTouch,
  inTransaction,
  markSending,
  markUnclear,
  noteAnswer,
  readEffect,
  refuse,
  rejudge,
  reopen,
  type Store,
  sendAfter,
  type Tx,
} from '../index.ts';

let store: Store;
let close: () => Promise<void>;
let key = '';
let n = 0;
const stamp = { now: T0, wireNow: 1_000_000 };
const later = { now: minutesLater(60), wireNow: 9_000_000 };
const context = { mode: 'live' as const, ...later, companyTimezone: 'UTC', unreadable: null };
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const begin = (wireNow: number, judged: boolean) =>
  run((tx) => beginAttempt(tx, store.vault, key, { now: T0, wireNow, timeoutMs: 10_000, judged }));
const effect = async () => {
  const stored = await run((tx) => readEffect(tx, store.vault, key));
  if (!stored) throw new Error(`no effect ${key}`);
  return stored.effect;
};
const slot = () => run((tx) => findTouch(tx, key));
const request = (of: string) => aRequest({ key: of, account: `a${n}`, person: `p${n}@acme.example` });

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  key = `k${n++}`;
  await run((tx) => claimEffect(tx, store.vault, request(key), send));
  await begin(stamp.wireNow, true);
});
const refused = () => run((tx) => refuse(tx, key, { ...stamp, reason: 'mailbox unknown' }));

test('every attempt is remembered with its first byte and its answer', async () => {
  const answer = { at: T0, code: 'rate_limited', said: 'slow down', vendorCode: '429', requestId: 'r1' };
  await run((tx) => markSending(tx, key, 1, stamp));
  await run((tx) => backToClaimed(tx, key, 1, { ...stamp, answer }));
  await begin(2_000_000, true);
  expect((await effect()).attempts).toEqual([
    { attempt: 1, kind: 'send', at: T0, wireAt: 1_000_000, firstByteAt: T0, answer },
    { attempt: 2, kind: 'send', at: T0, wireAt: 2_000_000, firstByteAt: null, answer: null },
  ]);
});

test('a late answer of an overtaken attempt is not put down to the one that overtook it', async () => {
  await begin(2_000_000, true);
  await run((tx) =>
    noteAnswer(tx, key, 1, { at: T0, code: 'transient', said: 'x', vendorCode: null, requestId: null }),
  );
  expect((await effect()).attempts.map(({ answer }) => answer)).toEqual([null, null]);
});

test('a refused touch takes a slot of now when it is judged with yes, and not before', async () => {
  await refused();
  expect(await run(async (tx) => reopen(tx, await effect(), { from: ['refused'], ...later }))).toBe(true);
  expect(await effect()).toMatchObject({ phase: 'claimed', reason: null, finishedAt: null, attempt: 1 });
  expect((await slot())?.state).toBe('released');
  expect(await run((tx) => rejudge(tx, key, context, send))).toEqual({ kind: 'send' });
  expect(await slot()).toMatchObject({ state: 'reserved', at: later.now });
});

test('a refused touch whose slot somebody else has taken since is withdrawn', async () => {
  await refused();
  const other = await run((tx) => claimEffect(tx, store.vault, request(`${key}-other`), send));
  expect(other.kind).toBe('claimed');
  await run(async (tx) => reopen(tx, await effect(), { from: ['refused'], ...later }));
  const verdict = await run((tx) => rejudge(tx, key, context, capOf({ account: 1, person: 1 })));
  expect(verdict).toEqual({ kind: 'withdrawn', reason: 'account_cap' });
  expect(await slot()).toMatchObject({ state: 'released' });
});

test('two refused touches that are retried at once never take one slot twice', async () => {
  await refused();
  const twin = `${key}-twin`;
  await run((tx) => claimEffect(tx, store.vault, request(twin), send));
  await run((tx) => refuse(tx, twin, { ...stamp, reason: 'mailbox unknown' }));
  for (const one of [key, twin]) {
    const stored = await run((tx) => readEffect(tx, store.vault, one));
    if (stored) await run((tx) => reopen(tx, stored.effect, { from: ['refused'], ...later }));
  }
  const cap = capOf({ account: 1, person: 1 });
  const verdicts = await Promise.all([key, twin].map((one) => run((tx) => rejudge(tx, one, context, cap))));
  expect(verdicts.map(({ kind }) => kind).toSorted()).toEqual(['send', 'withdrawn']);
});

test('what was confirmed, or has moved on since it was looked at, is not opened again', async () => {
  const seen = await effect();
  await run((tx) => markSending(tx, key, 1, stamp));
  await run((tx) => markUnclear(tx, key, { ...stamp, reason: 'connection lost' }));
  const from = ['unclear' as const];
  const tries = await Promise.all([1, 2, 3].map(() => run((tx) => reopen(tx, seen, { from, ...later }))));
  expect(tries.filter(Boolean)).toHaveLength(1);
  expect(await run((tx) => reopen(tx, { ...seen, attempt: 7 }, { from: ['claimed'], ...later }))).toBe(false);
});

test('of two that are sent after the same attempt the second finds the first on its way', async () => {
  const seen = await effect();
  await run((tx) => sendAfter(tx, seen, { resendIfUnknown: false, now: T0 }));
  await run((tx) => sendAfter(tx, { ...seen, attempt: 2 }, { resendIfUnknown: true, now: T0 }));
  const messages = await run((tx) => claimOutbox(tx, 10, { wireNow: 1, leaseMs: 1_000 }));
  const about = `errand:effect:${seen.idempotencyKey}`;
  expect(messages).toMatchObject([
    { kind: 'errand', target: `${about}:1`, body: { kind: 'effect_again', key, resendIfUnknown: false } },
    { kind: 'errand', target: `${about}:2:resend`, body: { kind: 'effect_again', key, resendIfUnknown: true } },
  ]);
});
