import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshStore } from '../test/support/store.ts';
import { anAccount, anEvent, aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  beginAttempt,
  claimEffect,
  claimOffer,
  confirm,
  createOffer,
  type FeedCursor,
  type FeedEntry,
  insertTriggerEvents,
  insertUpgrade,
  inTransaction,
  markSending,
  readFeed,
  recordNearMisses,
  reinstateUpgrade,
  type Store,
  saveCredits,
  type Tx,
  takeBackUpgrade,
  upsertAccounts,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const key = 'te1:mail:message.send:p1:1';

/** One account's story, a minute a step. */
beforeAll(async () => {
  ({ store, close } = await freshStore());
  await run(async (tx) => {
    await upsertAccounts(tx, [anAccount()], T0);
    await insertTriggerEvents(tx, [anEvent({ receivedAt: minutesLater(1) })], minutesLater(1));
    await recordNearMisses(tx, [
      {
        account: 'acme',
        product: 'core',
        metric: 'seats',
        trigger: 'usage_80',
        at: minutesLater(1),
        reason: 'cap',
        numbers: {},
      },
    ]);
    const at = { now: minutesLater(2), wireNow: 1_000_000 };
    await claimEffect(tx, store.vault, aRequest({ key, ...at }), send);
    await beginAttempt(tx, store.vault, key, { ...at, timeoutMs: 1_000, judged: true });
    await markSending(tx, key, 1, at);
    await confirm(tx, key, { now: minutesLater(3), wireNow: 1_000_000, result: null });
    const refusal = { kind: 'suppress' as const, reason: 'account_cap' as const, detail: '2 of 2' };
    await claimEffect(tx, store.vault, aRequest({ key: `${key}b`, ...at, now: minutesLater(4) }), () => refusal);
    await createOffer(tx, {
      id: 'of1',
      account: 'acme',
      product: 'core',
      fromPlan: 'starter',
      toPlan: 'pro',
      triggerEventId: 'te1',
      journeyId: null,
      state: 'offered',
      expiresAt: minutesLater(60),
      createdAt: T0,
    });
    const ask = { actor: 'ana@own.example', door: 'api', billing: 'billing', trialMs: 60_000, now: minutesLater(5) };
    await claimOffer(tx, 'of1', ask, () => ({ kind: 'grant', plan: 'pro', sentence: 'Go.' }));
    const upgrade = {
      id: 'up1',
      account: 'acme',
      product: 'core',
      subscriptionId: 'sub1',
      version: 2,
      fromPlan: 'starter',
      toPlan: 'pro',
      fromMrrCents: 10_000,
      toMrrCents: 30_000,
      acvCents: 240_000,
      at: minutesLater(6),
    };
    await insertUpgrade(tx, upgrade);
    const credit = {
      upgradeId: 'up1',
      triggerEventId: 'te1',
      account: 'acme',
      product: 'core',
      trigger: 'usage_80',
      acvCents: 240_000,
      touches: 1,
      accountManager: null,
      reason: 'engaged last',
      at: minutesLater(6),
    };
    await saveCredits(tx, { kind: 'credited', credits: [credit], rest: null }, minutesLater(6));
  });
});
afterAll(() => close());

async function pages(limit: number, until = minutesLater(100)): Promise<FeedEntry[]> {
  const all: FeedEntry[] = [];
  for (let after: FeedCursor | null = null; ; ) {
    const page: FeedEntry[] = await run((tx) => readFeed(tx, { after, until, limit }));
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined) return all;
    after = last;
  }
}

test('tells the story in the order in which it was written, without near misses', async () => {
  const story = (await pages(100)).map(({ source, name, trigger }) => `${source} ${name} ${trigger}`);
  expect(story).toEqual([
    'trigger_event live usage_80',
    'decision send usage_80',
    'effect confirmed usage_80',
    'decision suppress usage_80',
    'decision send usage_80',
    'trial granting usage_80',
    'upgrade expansion usage_80',
  ]);
});

test('says who, what and why', async () => {
  const all = await pages(100);
  expect(all[0]).toMatchObject({
    at: minutesLater(1),
    accountName: 'Acme',
    product: 'core',
    detail: '81 % of api_calls',
  });
  expect(all[2]).toMatchObject({
    at: minutesLater(3),
    operation: 'message.send',
    channel: 'email',
    person: 'ana@acme.example',
  });
  expect(all[3]).toMatchObject({ reason: 'account_cap', detail: '2 of 2' });
  expect(all[5]).toMatchObject({ plan: 'pro', detail: 'ana@own.example' });
  expect(all[6]).toMatchObject({ acvCents: 240_000, reason: 'engaged last' });
});

test.each([1, 2, 3])('pages of %i neither lose nor repeat an entry', async (limit) => {
  expect(await pages(limit)).toEqual(await pages(100));
});

test('leaves what is newer than asked for to a later page', async () => {
  expect((await pages(100, minutesLater(3))).map(({ source }) => source)).toEqual([
    'trigger_event',
    'decision',
    'effect',
  ]);
});

test('an upgrade that is taken back says so, and one that is counted again says that and why', async () => {
  const news = async () => (await pages(100)).slice(6).map(({ name, at, reason }) => ({ name, at, reason }));
  await run((tx) => takeBackUpgrade(tx, 'up1', { reason: 'invoice unpaid', now: minutesLater(7) }));
  expect((await news()).at(-1)).toEqual({ name: 'taken_back', at: minutesLater(7), reason: 'invoice unpaid' });
  await run((tx) => reinstateUpgrade(tx, 'up1', { reason: 'invoice paid', now: minutesLater(8) }));
  expect(await news()).toEqual([
    { name: 'expansion', at: minutesLater(6), reason: 'engaged last' },
    { name: 'reinstated', at: minutesLater(8), reason: 'reinstated: invoice paid' },
  ]);
});
