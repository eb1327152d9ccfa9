import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Upgrade } from '../domain/model.ts';
import { freshStore } from '../test/support/store.ts';
import { anAccount, anEvent, aRequest, minutesLater, send, T0 } from '../test/support/store-rows.ts';
import {
  changeTrial,
  claimEffect,
  claimOffer,
  confirm,
  createOffer,
  findUpgrade,
  insertTriggerEvents,
  insertUpgrade,
  inTransaction,
  listAttribution,
  listUpgrades,
  readCreditFacts,
  readCredits,
  recordEngagement,
  reinstateUpgrade,
  reportNumbers,
  type Store,
  saveCredits,
  type Tx,
  takeBackUpgrade,
  upsertAccounts,
  upsertOutreach,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const KEY = 'te1:mail:message.send:p:1';

function anUpgrade(over: Partial<Upgrade> = {}): Upgrade {
  return {
    id: 'u1',
    account: 'acme',
    product: 'core',
    subscriptionId: 's1',
    version: 2,
    fromPlan: 'starter',
    toPlan: 'pro',
    fromMrrCents: 10_000,
    toMrrCents: 15_000,
    acvCents: 60_000,
    at: minutesLater(60),
    ...over,
  };
}
const credit = {
  upgradeId: 'u1',
  triggerEventId: 'te1',
  account: 'acme',
  product: 'core',
  trigger: 'usage_80',
  acvCents: 60_000,
  touches: 1,
  accountManager: 'o1',
  reason: 'clicked',
  at: minutesLater(60),
};

beforeAll(async () => {
  ({ store, close } = await freshStore());
  await run(async (tx) => {
    await upsertAccounts(tx, [anAccount(), anAccount({ id: 'own', test: true })], T0);
    await insertTriggerEvents(tx, [anEvent(), anEvent({ id: 'te2', product: 'marketing' })], T0);
    await claimEffect(tx, store.vault, aRequest({ key: KEY }), send);
    await confirm(tx, KEY, { now: minutesLater(1), wireNow: 1, result: null });
    const alert = aRequest({
      key: 'alert',
      touch: false,
      customerFacing: false,
      channel: null,
      operation: 'chat.postAlert',
    });
    await claimEffect(tx, store.vault, alert, send);
    await confirm(tx, 'alert', { now: minutesLater(2), wireNow: 1, result: null });
    for (const [kind, counts] of [
      ['shown', true],
      ['clicked', true],
      ['clicked', false],
    ] as const) {
      await recordEngagement(tx, { effectKey: KEY, kind, at: minutesLater(5), counts, detail: null });
    }
    await upsertOutreach(tx, 'crm', [
      { account: 'acme', by: 'o1', channel: 'call', at: minutesLater(8), externalId: 'x' },
    ]);
    const no = aRequest({ key: 'no', person: null });
    await claimEffect(tx, store.vault, no, () => ({ kind: 'suppress', reason: 'no_person', detail: '' }));
    await claimEffect(tx, store.vault, no, () => ({ kind: 'suppress', reason: 'no_person', detail: '' }));
    await insertUpgrade(tx, anUpgrade());
    await insertUpgrade(tx, anUpgrade({ id: 'u2', version: 3, acvCents: -12_000, at: minutesLater(90) }));
    await saveCredits(tx, { kind: 'credited', credits: [credit], rest: null }, T0);
    const row = { upgradeId: 'u2', account: 'acme', product: 'core', acvCents: -2_000, reason: 'never credited' };
    const less = { ...credit, upgradeId: 'u2', acvCents: -10_000, at: minutesLater(90) };
    await saveCredits(tx, { kind: 'credited', credits: [less], rest: row }, minutesLater(90));
  });
});
afterAll(() => close());

test('what may earn credit: delivered touches with what counts, alerts that arrived, outreach, own events', async () => {
  const span = {
    account: 'acme',
    product: 'core',
    since: T0,
    until: minutesLater(60),
    alertOperations: ['chat.postAlert'],
  };
  expect(await run((tx) => readCreditFacts(tx, span))).toEqual({
    touches: [
      {
        effectKey: KEY,
        triggerEventId: 'te1',
        product: 'core',
        deliveredAt: minutesLater(1),
        engagedAt: [minutesLater(5)],
      },
    ],
    alerts: [{ triggerEventId: 'te1', at: minutesLater(2), accountManager: 'o1' }],
    outreach: [{ account: 'acme', by: 'o1', channel: 'call', at: minutesLater(8), externalId: 'x' }],
    trials: [],
    events: [{ id: 'te1', trigger: 'usage_80', product: 'core', occurredAt: T0 }],
  });
  const later = await run((tx) => readCreditFacts(tx, { ...span, since: minutesLater(30) }));
  expect(later).toMatchObject({ touches: [], alerts: [], outreach: [] });
});

test('the report sums up, and credits with unattributed rows sum to the expansion', async () => {
  const numbers = await run((tx) => reportNumbers(tx));
  expect(numbers).toMatchObject({
    accounts: 1,
    triggerEvents: { byTrigger: { usage_80: 2 } },
    touches: { byChannel: { email: 1 }, confirmed: 1, suppressedByReason: { no_person: 1 } },
    confirmedByOperation: { 'chat.postAlert': 1, 'message.send': 1 },
    upgrades: 1,
    contractions: 1,
    expansionAcvCents: 48_000,
    effects: { confirmed: 2 },
  });
  const { credits, unattributed } = numbers.attribution;
  const sum = [...credits, ...unattributed].reduce((total, row) => total + row.acvCents, 0);
  expect(sum).toBe(numbers.expansionAcvCents);
});

test('an upgrade taken back gives back each credit, once', async () => {
  const back = () => run((tx) => takeBackUpgrade(tx, 'u1', { reason: 'invoice unpaid', now: minutesLater(99) }));
  expect([await back(), await back()]).toEqual([true, false]);
  const { credits } = await run((tx) => listAttribution(tx));
  expect(credits.filter((c) => c.upgradeId === 'u1').map((c) => c.acvCents)).toEqual([60_000, -60_000]);
  expect(
    await run((tx) => readCredits(tx, { account: 'acme', product: 'core', since: minutesLater(80) })),
  ).toHaveLength(2);
  expect(await run((tx) => findUpgrade(tx, { subscriptionId: 's1', version: 2 }))).toMatchObject({
    takenBackReason: 'invoice unpaid',
  });
  expect((await run((tx) => listUpgrades(tx, { account: 'acme' }))).map((u) => u.id)).toEqual(['u2', 'u1']);
});

test('an upgrade that is reinstated gives each credit to whom it had belonged, once', async () => {
  const input = { reason: 'invoice paid', now: minutesLater(199) };
  const again = (id: string) => run((tx) => reinstateUpgrade(tx, id, input));
  expect([await again('u1'), await again('u1'), await again('u2'), await again('nobody')]).toEqual([
    ...[true, false],
    ...[false, false],
  ]);
  const { credits } = await run((tx) => listAttribution(tx));
  const own = credits.filter((c) => c.upgradeId === 'u1');
  expect(own.map((c) => c.acvCents)).toEqual([60_000, -60_000, 60_000]);
  expect({ ...own[2], at: own[0]?.at, reason: own[0]?.reason }).toEqual(own[0]);
  expect(own[2]).toMatchObject({ at: minutesLater(199), reason: 'reinstated: invoice paid' });
  const found = await run((tx) => findUpgrade(tx, { subscriptionId: 's1', version: 2 }));
  expect(found).toMatchObject({ takenBackAt: null, takenBackReason: null });
  // Taken back and paid once more, it still counts once.
  await run((tx) => takeBackUpgrade(tx, 'u1', { reason: 'another one', now: minutesLater(299) }));
  expect(await run(ofUpgrade)).toBe(0);
  await run((tx) => reinstateUpgrade(tx, 'u1', { reason: 'paid, too', now: minutesLater(399) }));
  expect(await run(ofUpgrade)).toBe(60_000);
  await run((tx) => takeBackUpgrade(tx, 'u1', { reason: 'invoice unpaid', now: minutesLater(499) }));
});

const ofUpgrade = async (tx: Tx) =>
  (await listAttribution(tx)).credits.filter((c) => c.upgradeId === 'u1').reduce((sum, c) => sum + c.acvCents, 0);

test('a trial that was granted may earn credit, one that was refused may not', async () => {
  const input = {
    actor: 'ana@own.example',
    door: 'slack',
    billing: 'billing',
    trialMs: 86_400_000,
    now: minutesLater(70),
  };
  const trials = await run(async (tx) => {
    for (const id of ['granted', 'refused']) {
      const plans = { fromPlan: 'starter', toPlan: 'pro' };
      const made = { state: 'offered' as const, expiresAt: minutesLater(999), createdAt: T0, journeyId: null };
      await createOffer(tx, { id, account: 'acme', product: 'core', ...plans, triggerEventId: 'te1', ...made });
      await claimOffer(tx, id, input, () => ({ kind: 'grant', plan: 'pro', sentence: 'Go.' }));
      if (id === 'granted') await changeTrial(tx, id, 'reverted', () => 'reverted', { now: minutesLater(75) });
      else await changeTrial(tx, id, 'refused', () => 'refused', { now: minutesLater(75) });
    }
    const span = { account: 'acme', product: 'core', since: T0, until: minutesLater(80), alertOperations: [] };
    return (await readCreditFacts(tx, span)).trials;
  });
  expect(trials).toEqual([{ triggerEventId: 'te1', at: minutesLater(70), by: 'ana@own.example' }]);
});
