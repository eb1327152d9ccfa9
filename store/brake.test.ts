import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { anAccount, aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  beginAttempt,
  claimEffect,
  clearPause,
  confirm,
  inTransaction,
  markBounced,
  markSending,
  markUnclear,
  readBrakeCounts,
  recordEngagement,
  refuse,
  type Store,
  setPause,
  upsertAccounts,
  upsertPeople,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, close } = await freshStore(4));
  await inTransaction(store, async (tx) => {
    await upsertAccounts(tx, [anAccount()], T0);
  });
});
afterAll(() => close());

type End = 'confirmed' | 'refused' | 'bounced' | 'unclear' | 'open';
let number = 0;

interface Over {
  play?: string;
  minute?: number;
  said?: 'opted_out' | 'bounced' | 'complained';
  counts?: boolean;
}

async function message(end: End, over: Over = {}) {
  const { play = 'summary', minute = 10, said, counts = true } = over;
  number += 1;
  const person = `p${number}@acme.example`;
  const key = `te${number}:mail:message.send:${person}:1`;
  const now = minutesLater(minute);
  const stamp = { now, wireNow: 1_000_000 };
  await inTransaction(store, async (tx) => {
    const human = { key: person, email: person, name: null, hardBounced: false };
    await upsertPeople(tx, [human], now);
    const request = aRequest({ key, person, play, now, triggerEventId: `te${number}` });
    await claimEffect(tx, store.vault, request, send);
    await beginAttempt(tx, store.vault, key, { ...stamp, timeoutMs: 20_000, judged: true });
    await markSending(tx, key, 1, stamp);
    if (end === 'confirmed') await confirm(tx, key, { ...stamp, result: null });
    if (end === 'unclear') await markUnclear(tx, key, { ...stamp, reason: 'nobody knows' });
    if (end === 'refused' || end === 'bounced') await refuse(tx, key, { ...stamp, reason: 'no' });
    if (end === 'bounced') await markBounced(tx, [person], now);
    if (said) await recordEngagement(tx, { effectKey: key, kind: said, at: now, counts, detail: null });
  });
}

const since = (minute: number) => {
  const from = minutesLater(minute);
  return { bounces: from, complaints: from, opt_outs: from, provider_errors: from };
};
const countsSince = (minute: number) => inTransaction(store, (tx) => readBrakeCounts(tx, since(minute)));

test('each kind counts what became of the messages of a play, however it was learned', async () => {
  await message('confirmed', { minute: 1 });
  await message('confirmed');
  await message('confirmed', { said: 'opted_out' });
  await message('confirmed', { said: 'bounced' });
  await message('bounced');
  await message('refused');
  await message('unclear');
  await message('open');
  await message('bounced', { play: 'urgent' });
  const counts = await countsSince(5);
  expect(counts.get('summary')).toEqual({
    bounces: { of: 7, bad: 2 },
    complaints: { of: 7, bad: 0 },
    opt_outs: { of: 7, bad: 1 },
    provider_errors: { of: 7, bad: 2 },
  });
  expect(counts.get('urgent')).toMatchObject({ bounces: { of: 1, bad: 1 }, provider_errors: { of: 1, bad: 0 } });
});

test('complaints are counted: those that count, of the play they are about, and as nothing else', async () => {
  await message('confirmed', { play: 'pushy', said: 'complained' });
  await message('confirmed', { play: 'pushy', said: 'complained' });
  await message('confirmed', { play: 'pushy', said: 'complained', counts: false });
  await message('confirmed', { play: 'pushy' });
  await message('confirmed', { play: 'pushy', minute: 1, said: 'complained' });
  const [counts, longer] = [await countsSince(5), await countsSince(0)];
  expect(counts.get('pushy')).toEqual({
    bounces: { of: 4, bad: 0 },
    complaints: { of: 4, bad: 2 },
    opt_outs: { of: 4, bad: 0 },
    provider_errors: { of: 4, bad: 0 },
  });
  expect(longer.get('pushy')?.complaints).toEqual({ of: 5, bad: 3 });
  expect(counts.get('summary')?.complaints.bad).toBe(0);
});

test('a kind counts over its own time', async () => {
  const counts = await inTransaction(store, (tx) => readBrakeCounts(tx, { ...since(5), bounces: minutesLater(0) }));
  expect(counts.get('summary')).toMatchObject({ bounces: { of: 8 }, complaints: { of: 7 } });
});

test('what a person has looked at and let go on does not count again', async () => {
  const by = { actor: 'rita', door: 'cli', now: minutesLater(20) };
  await inTransaction(store, async (tx) => {
    await setPause(tx, { scope: 'play', name: 'summary' }, { ...by, reason: 'automatic brake' });
    await clearPause(tx, { scope: 'play', name: 'summary' }, by);
  });
  expect((await countsSince(5)).has('summary')).toBe(false);
  await message('bounced', { minute: 21 });
  expect((await countsSince(5)).get('summary')).toMatchObject({ bounces: { of: 1, bad: 1 } });
});
