import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { NextTrialState, TrialDecision } from '../domain/trial/types.ts';
import { freshStore } from '../test/support/store.ts';
import { anAccount, minutesLater, T0 } from '../test/support/store-rows.ts';
import {
  changeTrial,
  claimOffer,
  createOffer,
  expireOffers,
  findOffer,
  findTrial,
  insertUpgrade,
  inTransaction,
  listTrials,
  replaceTeam,
  type Store,
  savePrices,
  type TrialFacts,
  type Tx,
  upsertAccounts,
  why,
} from './index.ts';
import { readTrialOutcomeFacts } from './trial-outcome.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let account = '';
const DAY = 24 * 60;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const input = { actor: 'ana@own.example', door: 'slack', billing: 'billing', trialMs: 14 * DAY * 60_000, now: T0 };

/** One open trial a product, as the domain has it. */
function decide(facts: TrialFacts): TrialDecision {
  if (facts.offer.state !== 'offered') return { kind: 'already', state: facts.offer.state, sentence: 'already' };
  if (facts.otherOpenTrial) return { kind: 'refuse', reason: 'another_open', sentence: 'One trial at a time.' };
  if (facts.hadTrialAt) return { kind: 'refuse', reason: 'had_trial', sentence: 'They had one.' };
  return { kind: 'grant', plan: facts.offer.toPlan, sentence: 'Go.' };
}
const offer = (id: string) =>
  run((tx) =>
    createOffer(tx, {
      id,
      account,
      product: 'core',
      fromPlan: 'starter',
      toPlan: 'pro',
      triggerEventId: null,
      journeyId: null,
      state: 'offered',
      expiresAt: minutesLater(60),
      createdAt: T0,
    }),
  );
const claim = (id: string) => run((tx) => claimOffer(tx, id, input, decide));
const next: NextTrialState = (state, fact) => {
  if (state === 'granting' && fact === 'activated') return 'active';
  if (state === 'active' && fact === 'reverted') return 'reverted';
  return null;
};

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());
beforeEach(async () => {
  account = `a${n++}`;
  await run((tx) => upsertAccounts(tx, [anAccount({ id: account })], T0));
});

test('of 8 clicks on two offers of one account at once exactly one trial comes, the others are told why not', async () => {
  await offer(`${account}-o1`);
  await offer(`${account}-o2`);
  const clicks = Array.from({ length: 8 }, (_, i) => claim(`${account}-o${(i % 2) + 1}`));
  const kinds = (await Promise.all(clicks)).map((result) => result?.decision.kind);
  expect(kinds.filter((kind) => kind === 'grant')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'already')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'refuse')).toHaveLength(4);
  expect(await run((tx) => listTrials(tx, { account, states: ['granting'] }))).toHaveLength(1);
  const refusals = (await run((tx) => why(tx, account))).filter(
    (e) => e.kind === 'decision' && e.decision.kind === 'refuse',
  );
  expect(refusals).toMatchObject([{ decision: { reason: 'another_open', detail: 'One trial at a time.' } }]);
});

test('the decision sees who owns the account, what it would cost and what it had', async () => {
  await run(async (tx) => {
    await replaceTeam(tx, 'crm', [{ id: 'o1', email: 'Olga@own.example', name: null, active: true }]);
    await savePrices(
      tx,
      'billing',
      [{ product: 'core', plan: 'pro', priceId: 'p', unitCents: null, monthlyCents: 50_000 }],
      T0,
    );
  });
  await offer(`${account}-o`);
  const seen: TrialFacts[] = [];
  await run((tx) =>
    claimOffer(tx, `${account}-o`, input, (facts) => {
      seen.push(facts);
      return { kind: 'needs_approval', sentence: 'Ask RevOps.' };
    }),
  );
  expect(seen[0]).toMatchObject({
    account,
    accountName: 'Acme',
    ownerEmail: 'olga@own.example',
    monthlyPriceCents: 50_000,
    currentPlan: null,
    hadTrialAt: null,
    overdueInvoices: [],
    incident: false,
    paused: null,
  });
  expect(await run((tx) => findTrial(tx, `${account}-o`))).toBeNull();
});

test('a trial moves along the table of legal changes and is remembered for the next request', async () => {
  await offer(`${account}-o1`);
  const claimed = await claim(`${account}-o1`);
  expect(claimed?.trial).toMatchObject({ state: 'granting', plan: 'pro', endsAt: minutesLater(14 * DAY) });
  const change = (fact: 'activated' | 'reverted' | 'converted', now: string) =>
    run((tx) => changeTrial(tx, `${account}-o1`, fact, next, { now, subscriptionId: 'sub_t' }));
  expect(await change('reverted', T0)).toBeNull();
  expect(await change('activated', minutesLater(1))).toBe('active');
  expect(await change('activated', minutesLater(2))).toBeNull();
  expect(await change('reverted', minutesLater(3))).toBe('reverted');
  expect(await run((tx) => findTrial(tx, `${account}-o1`))).toMatchObject({
    state: 'reverted',
    startedAt: minutesLater(1),
    endedAt: minutesLater(3),
    subscriptionId: 'sub_t',
  });
  await offer(`${account}-o2`);
  expect((await claim(`${account}-o2`))?.decision).toMatchObject({ kind: 'refuse', reason: 'had_trial' });
});

test('an offer nobody took in time is closed, an unknown one is no offer', async () => {
  await offer(`${account}-o`);
  await run((tx) => expireOffers(tx, minutesLater(59)));
  expect((await run((tx) => findOffer(tx, `${account}-o`)))?.state).toBe('offered');
  await run((tx) => expireOffers(tx, minutesLater(60)));
  expect((await run((tx) => findOffer(tx, `${account}-o`)))?.state).toBe('expired');
  expect(await claim('nothing')).toBeNull();
});

test('a trial counts as upgraded when its product changed its plan, not when seats or prices of the same plan did', async () => {
  const id = `${account}-o`;
  await offer(id);
  await claim(id);
  let version = 1;
  const after = async (change: { product?: string; toPlan?: string; at?: string }) => {
    version += 1;
    await run((tx) =>
      insertUpgrade(tx, {
        ...{ id: `up-${account}-${version}`, account, product: 'core', subscriptionId: `sub-${account}`, version },
        ...{ fromPlan: 'starter', toPlan: 'starter', at: minutesLater(10), unchangedAt: T0 },
        ...{ fromMrrCents: 10_000, toMrrCents: 20_000, acvCents: 120_000 },
        ...change,
      }),
    );
    return (await run((tx) => readTrialOutcomeFacts(tx, id))).upgraded;
  };
  expect(await after({})).toBe(false);
  expect(await after({ product: 'api', toPlan: 'pro' })).toBe(false);
  expect(await after({ toPlan: 'pro', at: minutesLater(-1) })).toBe(false);
  expect(await after({ toPlan: 'pro' })).toBe(true);
});
