import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TouchFacts } from '../../domain/touch/types.ts';
import { freshStore } from '../../test/support/store.ts';
import { anAccount, anEvent, aRequest, minutesLater, send, T0 } from '../../test/support/store-rows.ts';
import {
  applyBillingCustomer,
  claimEffect,
  clearPause,
  closeIncidents,
  confirm,
  insertTriggerEvents,
  insertUpgrade,
  inTransaction,
  linkAccounts,
  loadTouchFacts,
  markEvents,
  openIncident,
  recordConsents,
  recordEngagement,
  replaceOpenTickets,
  type Store,
  setPause,
  type Tx,
  upsertAccounts,
  upsertOutreach,
  upsertPeople,
} from '../index.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let account = '';
let person = '';
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const facts = (): Promise<TouchFacts> =>
  run((tx) => loadTouchFacts(tx, { ...aRequest({ account, person, triggerEventId: `te${n}` }), effectKey: 'new' }));

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  n++;
  account = `a${n}`;
  person = `p${n}@x.example`;
  await run(async (tx) => {
    await upsertAccounts(tx, [anAccount({ id: account })], T0);
    await linkAccounts(tx, [{ connection: 'crm', externalId: `c${n}`, account, label: null }], { now: T0, wireNow: 1 });
    await upsertPeople(tx, [{ key: person, email: person, name: null, hardBounced: false }], T0);
    await insertTriggerEvents(tx, [anEvent({ id: `te${n}`, account })], T0);
  });
});

test('a quiet account gives quiet facts', async () => {
  expect(await facts()).toEqual({
    now: T0,
    channel: 'email',
    category: 'marketing',
    account: { id: account, timezone: 'Europe/Berlin', test: false, linked: true },
    person: { key: person, optedOut: [], hardBounced: false },
    triggerEvent: { id: `te${n}`, receivedAt: T0, takenBack: 'no', kind: 'utilization' },
    touchesOfEvent: 0,
    touchesOfAccount: [],
    touchesOfPerson: [],
    prompts: [],
    lastOutreachAt: null,
    openSevereTickets: [],
    openIncidents: [],
    overdueInvoices: [],
    trialActive: false,
    lastUpgradeAt: null,
    lastDeclineAt: null,
    unreadable: null,
    paused: null,
    mode: 'live',
  });
});

test('two records of one vendor for an account unlink it; one each of two vendors do not', async () => {
  const link = (connection: string, externalId: string) =>
    run((tx) => linkAccounts(tx, [{ connection, externalId, account, label: null }], { now: T0, wireNow: 1 }));
  await link('billing', `b${n}`);
  expect((await facts()).account.linked).toBe(true);
  await link('billing', `b${n}-twin`);
  expect((await facts()).account.linked).toBe(false);
});

test('an account that no CRM knows is not linked and keeps the company zone', async () => {
  const stranger = await run((tx) => loadTouchFacts(tx, { ...aRequest({ account: `x${n}` }), effectKey: 'new' }));
  expect(stranger.account).toEqual({ id: `x${n}`, timezone: 'America/New_York', test: false, linked: false });
});

test('an opt-out by our own link holds although the CRM does not know of it', async () => {
  await run(async (tx) => {
    await recordConsents(tx, [
      { person, category: 'marketing', source: 'unsubscribe_link', optedOut: true, at: T0 },
      { person, category: 'marketing', source: 'crm', optedOut: false, at: minutesLater(5) },
    ]);
  });
  expect((await facts()).person?.optedOut).toEqual(['marketing']);
});

test('an older word of the same source does not undo a newer one', async () => {
  const say = (optedOut: boolean, at: string) =>
    run((tx) => recordConsents(tx, [{ person, category: 'marketing', source: 'crm', optedOut, at }]));
  await say(true, minutesLater(5));
  await say(false, T0);
  expect((await facts()).person?.optedOut).toEqual(['marketing']);
});

test('touches count for event, account and person; delivered ones with what came of them', async () => {
  const key = `k${n}`;
  await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account, person, triggerEventId: `te${n}` }), send));
  expect(await facts()).toMatchObject({
    touchesOfEvent: 1,
    touchesOfAccount: [T0],
    touchesOfPerson: [T0],
    prompts: [],
  });
  await run((tx) => confirm(tx, key, { now: minutesLater(1), wireNow: 2, result: null }));
  const click = { effectKey: key, kind: 'clicked' as const, at: minutesLater(3), counts: true, detail: null };
  await run((tx) => recordEngagement(tx, click));
  expect((await facts()).prompts).toEqual([{ deliveredAt: minutesLater(1), engagedAt: minutesLater(3) }]);
});

test('a bounce gives the slot back and marks the person', async () => {
  const key = `k${n}`;
  await run((tx) => claimEffect(tx, store.vault, aRequest({ key, account, person, triggerEventId: `te${n}` }), send));
  const bounce = { effectKey: key, kind: 'bounced' as const, at: T0, counts: true, detail: null };
  // A mailbox that is full today takes nothing back.
  await run((tx) => recordEngagement(tx, { ...bounce, counts: false }));
  expect(await facts()).toMatchObject({ touchesOfAccount: [T0], person: { hardBounced: false } });
  await run((tx) => recordEngagement(tx, bounce));
  expect(await facts()).toMatchObject({ touchesOfAccount: [], person: { hardBounced: true } });
});

test('tickets that the CRM no longer lists as open hold nothing', async () => {
  const ticket = { account, externalId: `t${n}`, severe: true, open: true, subject: null, at: T0 };
  await run((tx) => replaceOpenTickets(tx, 'crm', [account], [ticket], T0));
  expect((await facts()).openSevereTickets).toEqual([`t${n}`]);
  await run((tx) => replaceOpenTickets(tx, 'crm', [account], [], T0));
  expect((await facts()).openSevereTickets).toEqual([]);
});

test('outreach, incidents, overdue invoices and pauses show', async () => {
  await run(async (tx) => {
    await upsertOutreach(tx, 'crm', [{ account, by: 'o1', channel: 'call', at: T0, externalId: `o${n}` }]);
    await openIncident(tx, { id: `i${n}`, scope: account, startedAt: T0, note: null });
    await openIncident(tx, { id: `j${n}`, scope: 'another account', startedAt: T0, note: null });
    const overdueInvoices = [{ id: `in${n}`, amountCents: 100, dueAt: T0, subscriptionId: null, changeIssuedAt: null }];
    const customer = {
      customerId: `b${n}`,
      account,
      email: null,
      subscriptions: [],
      trials: [],
      unnamed: [],
      overdueInvoices,
    };
    await applyBillingCustomer(tx, 'billing', customer, { now: T0, readAt: T0, wireReadAt: 1 });
    await setPause(tx, { scope: 'play', name: 'summary' }, { actor: 'r', door: 'cli', now: T0, reason: 'too many' });
  });
  expect(await facts()).toMatchObject({
    lastOutreachAt: T0,
    openIncidents: [`i${n}`],
    overdueInvoices: [`in${n}`],
    paused: 'play summary: too many',
  });
  await run((tx) => clearPause(tx, { scope: 'play', name: 'summary' }, { actor: 'r', door: 'cli', now: T0 }));
  await run((tx) => closeIncidents(tx, account, T0));
  expect(await facts()).toMatchObject({ openIncidents: [], paused: null });
});

test('an upgrade, a decline and an event taken back show; the decline that is being decided does not', async () => {
  const upgrade = {
    id: `u${n}`,
    account,
    product: 'core',
    subscriptionId: `s${n}`,
    version: 2,
    fromPlan: 'starter',
    toPlan: 'pro',
    fromMrrCents: 0,
    toMrrCents: 100,
    acvCents: 1_200,
    at: T0,
  };
  await run((tx) => insertUpgrade(tx, upgrade));
  const decline = anEvent({ id: `d${n}`, account, kind: 'decline_after_limit', occurredAt: minutesLater(9) });
  await run((tx) => insertTriggerEvents(tx, [decline], T0));
  await run((tx) => markEvents(tx, [`te${n}`], { status: 'withdrawn', reason: null, now: T0 }));
  expect(await facts()).toMatchObject({
    lastUpgradeAt: T0,
    lastDeclineAt: minutesLater(9),
    triggerEvent: { takenBack: 'withdrawn' },
  });
  const own = await run((tx) =>
    loadTouchFacts(tx, { ...aRequest({ account, triggerEventId: `d${n}` }), effectKey: 'new' }),
  );
  expect(own.lastDeclineAt).toBeNull();
});
