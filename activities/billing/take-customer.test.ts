/** What a change at billing means for revenue and onboarding, on a real store. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BilledInvoice, BillingCustomer, OverdueInvoice } from '../../connectors/kit/capabilities.ts';
import { addMs } from '../../domain/clock.ts';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import {
  claimOutbox,
  inTransaction,
  listAttribution,
  listUpgrades,
  markSent,
  type Store,
  upsertAccounts,
} from '../../store/index.ts';
import { leastConfig } from '../../test/support/least-config.ts';
import { freshStore } from '../../test/support/store.ts';
import { anAccount, minutesLater, T0 } from '../../test/support/store-rows.ts';
import type { Deps } from '../deps.ts';
import { takeBackUnpaid } from './take-back-unpaid.ts';
import { takeCustomer } from './take-customer.ts';

const DAY = 24 * 60;
/** A webhook takes a moment. */
const HEARD_AFTER_MS = 120_000;
let store: Store;
let close: () => Promise<void>;
let now = T0;
let n = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  n += 1;
  now = T0;
  readAt = Date.parse(T0);
  invoicesRead = 0;
  await inTransaction(store, (tx) => upsertAccounts(tx, [anAccount({ id: account() })], T0));
  await told();
});

const account = () => `acct-${n}`;
const later = (days: number) => {
  now = minutesLater(days * DAY);
};
/** How billing says that an invoice stands now; one that it does not know is gone. */
const invoices = new Map<string, BilledInvoice>();
let invoicesRead = 0;
const billing = {
  readInvoice: async (id: string) => {
    invoicesRead += 1;
    return invoices.get(id) ?? null;
  },
};
// Only these are asked for here.
const deps = () =>
  ({
    store,
    configs: { current: () => ({ config: leastConfig }) },
    connections: { get: () => ({ capabilities: { billing } }) },
    clock: { startedAt: T0, epoch: T0, scale: 1 },
    now: () => now,
  }) as unknown as Deps;
/** Billing has it from now on that an invoice for the change of that moment is in this state. */
function invoiceIs(state: BilledInvoice['state'], issuedAt: string, id = `in-${n}`): void {
  const customerId = `cus-${n}`;
  invoices.set(id, { id, customerId, state, subscriptionId: `sub-${n}`, changeIssuedAt: issuedAt });
}

type Plan = { plan: string; mrrCents: number } | 'cancelled';
const PLANS = { starter: { plan: 'starter', mrrCents: 10_000 }, pro: { plan: 'pro', mrrCents: 20_000 } };

let readAt = Date.parse(T0);
async function billingShows(
  plan: Plan,
  overdue: Partial<OverdueInvoice>[] = [],
  paidInvoice: string | null = null,
): Promise<void> {
  const state =
    plan === 'cancelled'
      ? { plan: null, mrrCents: 0, status: 'cancelled' as const }
      : { ...plan, status: 'active' as const };
  const customer: BillingCustomer = {
    customerId: `cus-${n}`,
    account: account(),
    email: null,
    subscriptions: [
      {
        id: `sub-${n}`,
        connection: 'billing',
        customerId: `cus-${n}`,
        itemId: 'si',
        account: account(),
        product: 'core',
        quantity: 1,
        currency: 'usd',
        periodStart: T0,
        periodEnd: minutesLater(30 * DAY),
        contractLimits: {},
        pendingChange: false,
        ...state,
      },
    ],
    trials: [],
    unnamed: [],
    overdueInvoices: overdue.map((one) => ({
      id: `in-${n}`,
      amountCents: 10_000,
      dueAt: now,
      subscriptionId: `sub-${n}`,
      changeIssuedAt: now,
      ...one,
    })),
  };
  readAt = Math.max(readAt + 1, Date.parse(now));
  await takeCustomer(deps(), 'billing', customer, readAt, paidInvoice);
}

/** What workflows are told since the last look. */
async function told(): Promise<string[]> {
  return await inTransaction(store, async (tx) => {
    const messages = await claimOutbox(tx, 100, { wireNow: Date.now(), leaseMs: 1 });
    await markSent(
      tx,
      messages.map(({ id }) => id),
      1,
    );
    return messages.map(({ kind, target }) => `${kind} ${target}`);
  });
}
const upgrades = () => inTransaction(store, (tx) => listUpgrades(tx, { account: account() }));
async function acv(): Promise<number> {
  const { credits, unattributed } = await inTransaction(store, listAttribution);
  const mine = [...credits, ...unattributed].filter((row) => row.account === account());
  return mine.reduce((sum, row) => sum + row.acvCents, 0);
}
const onboarding = (version: number) => `signal_onboarding ${onboardingWorkflowId(`sub-${n}`, version)}`;
const sweepTime = () => inTransaction(store, (tx) => takeBackUnpaid(tx, leastConfig, null, now));

test('an upgrade whose invoice stays unpaid is taken back when time is up, once, and its onboarding is told', async () => {
  await billingShows(PLANS.starter);
  later(1);
  await billingShows(PLANS.pro, [{}]);
  const unpaid = { dueAt: minutesLater(DAY), changeIssuedAt: minutesLater(DAY) };
  expect(await acv()).toBe(120_000);
  await told();

  later(21);
  expect(await sweepTime()).toBe(0);
  later(22);
  expect(await sweepTime()).toBe(1);
  expect(await sweepTime()).toBe(0);
  expect(await acv()).toBe(0);
  expect(await upgrades()).toMatchObject([{ takenBackAt: now, takenBackReason: expect.stringContaining(`in-${n}`) }]);
  expect(await told()).toContain(onboarding(2));

  // The subscription goes back, or ends: nothing was gained, so nothing is lost.
  await billingShows(PLANS.starter, [unpaid]);
  expect(await acv()).toBe(0);
  await billingShows('cancelled');
  expect(await acv()).toBe(-120_000);
});

test('an unpaid renewal takes no upgrade back', async () => {
  await billingShows(PLANS.starter);
  await billingShows(PLANS.pro);
  await billingShows(PLANS.pro, [{ changeIssuedAt: null }]);
  later(60);
  expect(await sweepTime()).toBe(0);
  expect(await acv()).toBe(120_000);
});

test('a subscription that ends with the invoice of its upgrade unpaid never was an upgrade', async () => {
  await billingShows(PLANS.starter);
  await billingShows(PLANS.pro, [{}]);
  await told();
  later(2);
  await billingShows('cancelled', [{ dueAt: T0, changeIssuedAt: T0 }]);
  expect(await upgrades()).toContainEqual(
    expect.objectContaining({ version: 2, takenBackReason: expect.stringContaining('ended') }),
  );
  // The upgrade cancelled itself out; what was paid before is lost.
  expect(await acv()).toBe(-120_000);
  expect(await told()).toContain(onboarding(2));
});

test('an onboarding is told at once of any end: cancelled, downgraded, or followed by the next upgrade', async () => {
  await billingShows(PLANS.starter);
  await billingShows(PLANS.pro);
  await told();
  await billingShows({ plan: 'pro', mrrCents: 15_000 });
  expect(await told()).toContain(onboarding(2));
  await billingShows('cancelled');
  // The downgrade in between began no onboarding: the one to tell is still that of the upgrade.
  expect(await told()).toContain(onboarding(2));
});

/** An upgrade from starter to pro on day 1, taken back on day 23 for its invoice of that day. */
async function takenBack(): Promise<{ unpaid: Partial<OverdueInvoice>; issuedAt: string }> {
  await billingShows(PLANS.starter);
  later(1);
  const issuedAt = now;
  await billingShows(PLANS.pro, [{}]);
  later(23);
  expect(await sweepTime()).toBe(1);
  expect(await acv()).toBe(0);
  await told();
  return { unpaid: { dueAt: issuedAt, changeIssuedAt: issuedAt }, issuedAt };
}
const goesOn = (version: number) => `start_onboarding ${onboardingWorkflowId(`sub-${n}`, version)}`;

test('an upgrade that was taken back stands again when its invoice is paid, and its onboarding goes on', async () => {
  const { unpaid, issuedAt } = await takenBack();
  later(30);
  await billingShows(PLANS.pro, [unpaid]);
  expect(await acv()).toBe(0);
  later(40);
  invoiceIs('paid', issuedAt);
  await billingShows(PLANS.pro);
  expect(await acv()).toBe(120_000);
  expect(await upgrades()).toMatchObject([{ takenBackAt: null, takenBackReason: null }]);
  expect(await told()).toContain(goesOn(2));
  // Told again, by whichever event: it counts once.
  await billingShows(PLANS.pro, [], `in-${n}`);
  await billingShows(PLANS.pro, [], `in-${n}`);
  expect(await acv()).toBe(120_000);
  expect(await told()).not.toContain(goesOn(2));
  expect(await sweepTime()).toBe(0);
  await billingShows('cancelled');
  expect(await acv()).toBe(-120_000);
});

test('an invoice that is written off brings nothing back, until somebody pays it after all', async () => {
  const { issuedAt } = await takenBack();
  invoiceIs('written_off', issuedAt);
  await billingShows(PLANS.pro);
  expect(await acv()).toBe(0);
  later(90);
  invoiceIs('paid', issuedAt);
  // No picture tells of it any more; the event does.
  await billingShows(PLANS.pro);
  expect(await acv()).toBe(0);
  await billingShows(PLANS.pro, [], `in-${n}`);
  expect(await acv()).toBe(120_000);
});

test('what another customer paid, and a payment for another change, bring nothing back', async () => {
  const { unpaid, issuedAt } = await takenBack();
  invoiceIs('paid', minutesLater(10 * DAY), `in-${n}-later`);
  invoiceIs('paid', issuedAt, `in-${n}-theirs`);
  const theirs = invoices.get(`in-${n}-theirs`);
  if (theirs) theirs.customerId = 'cus-other';
  await billingShows(PLANS.pro, [unpaid], `in-${n}-later`);
  await billingShows(PLANS.pro, [unpaid], `in-${n}-theirs`);
  expect(await acv()).toBe(0);
});

test('payment and the next change in one picture: what is measured from the upgrade finds it standing', async () => {
  const { issuedAt } = await takenBack();
  invoiceIs('paid', issuedAt);
  await billingShows({ plan: 'pro', mrrCents: 30_000 });
  expect((await upgrades()).map(({ fromMrrCents, takenBackAt }) => ({ fromMrrCents, takenBackAt }))).toEqual(
    expect.arrayContaining([
      { fromMrrCents: 10_000, takenBackAt: null },
      { fromMrrCents: 20_000, takenBackAt: null },
    ]),
  );
  expect(await acv()).toBe(240_000);
});

test('a customer without an upgrade that was taken back costs billing no call', async () => {
  await billingShows(PLANS.starter);
  await billingShows(PLANS.pro, [{}]);
  await billingShows(PLANS.pro, [], `in-${n}`);
  expect(invoicesRead).toBe(0);
});

test('whatever is taken back, paid late, written off and told again: once all is paid, the sum is the change of price', async () => {
  const step = fc.record({
    mrrCents: fc.constantFrom(10_000, 20_000, 30_000, 40_000),
    pays: fc.boolean(),
    waits: fc.constantFrom(3, 25),
    payNow: fc.option(fc.nat(4), { nil: null }),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (story) => {
      n += 1;
      now = T0;
      readAt = Date.parse(T0);
      await inTransaction(store, (tx) => upsertAccounts(tx, [anAccount({ id: account() })], T0));
      let day = 0;
      let mrrCents = 10_000;
      let owed: (Partial<OverdueInvoice> & { id: string; changeIssuedAt: string })[] = [];
      const shows = (paid: string | null = null) => billingShows({ plan: 'pro', mrrCents }, owed, paid);
      const pay = async (id: string, again: boolean) => {
        const invoice = owed.find((one) => one.id === id);
        if (!invoice) return;
        owed = owed.filter((one) => one !== invoice);
        invoiceIs('paid', invoice.changeIssuedAt, id);
        await shows(id);
        if (again) await shows(id);
      };
      await shows();
      for (const [index, { pays, waits, payNow, again, ...next }] of story.entries()) {
        day += waits;
        later(day);
        const isUp = next.mrrCents > mrrCents;
        mrrCents = next.mrrCents;
        const issuedAt = addMs(now, -HEARD_AFTER_MS);
        if (isUp && !pays) owed.push({ id: `in-${n}-${index}`, dueAt: issuedAt, changeIssuedAt: issuedAt });
        await shows();
        await sweepTime();
        if (payNow !== null) await pay(`in-${n}-${payNow}`, again);
      }
      later(day + 60);
      await sweepTime();
      for (const { id } of [...owed]) await pay(id, true);
      expect(await acv()).toBe((mrrCents - 10_000) * 12);
    }),
    { numRuns: 60 },
  );
});
