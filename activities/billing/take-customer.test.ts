/** What a change at billing means for revenue and onboarding, on a real store. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { config } from '../../config/schema/index.ts';
import type { BillingCustomer, OverdueInvoice } from '../../connectors/kit/capabilities.ts';
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
import { freshStore } from '../../test/support/store.ts';
import { anAccount, minutesLater, T0 } from '../../test/support/store-rows.ts';
import type { Deps } from '../deps.ts';
import { takeBackUnpaid } from './take-back-unpaid.ts';
import { takeCustomer } from './take-customer.ts';

const DAY = 24 * 60;
let store: Store;
let close: () => Promise<void>;
let now = T0;
let n = 0;

const loaded = config.parse({
  version: 1,
  company: { name: 'Tidewater', timezone: 'UTC', currency: 'usd' },
  connections: {},
  products: {},
  metrics: {},
  triggers: {},
  play_order: [],
  plays: {},
  routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
});
beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(async () => {
  n += 1;
  now = T0;
  await inTransaction(store, (tx) => upsertAccounts(tx, [anAccount({ id: account() })], T0));
  await told();
});

const account = () => `acct-${n}`;
const later = (days: number) => {
  now = minutesLater(days * DAY);
};
// Only these are asked for here.
const deps = () => ({ store, configs: { current: () => ({ config: loaded }) }, now: () => now }) as unknown as Deps;

type Plan = { plan: string; mrrCents: number } | 'cancelled';
const PLANS = { starter: { plan: 'starter', mrrCents: 10_000 }, pro: { plan: 'pro', mrrCents: 20_000 } };

let readAt = 0;
async function billingShows(plan: Plan, overdue: Partial<OverdueInvoice>[] = []): Promise<void> {
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
    overdueInvoices: overdue.map((one) => ({
      id: `in-${n}`,
      amountCents: 10_000,
      dueAt: now,
      subscriptionId: `sub-${n}`,
      changeIssuedAt: now,
      ...one,
    })),
  };
  readAt += 1;
  await takeCustomer(deps(), 'billing', customer, readAt);
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
const sweepTime = () => inTransaction(store, (tx) => takeBackUnpaid(tx, loaded, null, now));

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
