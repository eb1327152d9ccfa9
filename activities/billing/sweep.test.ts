import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Billing, BillingCustomer } from '../../connectors/kit/capabilities.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { findPaidSubscription, inTransaction, type Store, upsertAccounts } from '../../store/index.ts';
import { leastConfig } from '../../test/support/least-config.ts';
import { freshStore } from '../../test/support/store.ts';
import { anAccount, minutesLater, T0 } from '../../test/support/store-rows.ts';
import type { Deps } from '../deps.ts';
import { sweepBilling } from './sweep.ts';
import { takeCustomer } from './take-customer.ts';

let store: Store;
let close: () => Promise<void>;
const warned: object[] = [];
let wireNow = Date.parse(T0);

beforeAll(async () => {
  ({ store, close } = await freshStore());
  await inTransaction(store, (tx) => upsertAccounts(tx, [anAccount({ id: 'first' }), anAccount({ id: 'second' })], T0));
});
afterAll(() => close());

// Only these are asked for here.
const deps = () =>
  ({
    store,
    configs: { current: () => ({ config: leastConfig }) },
    connections: { get: () => undefined },
    clock: { startedAt: T0, epoch: T0, scale: 1 },
    log: { warn: (line: object) => warned.push(line) },
    now: () => T0,
    wireNow: () => wireNow,
  }) as unknown as Deps;
const customer = (account: string, plan: string): BillingCustomer => ({
  customerId: `cus_${account}`,
  account,
  email: `${plan}@${account}.example`,
  subscriptions: [
    {
      ...{ id: `sub_${account}`, connection: 'billing', customerId: `cus_${account}`, itemId: 'si', account },
      ...{ product: 'core', plan, status: 'active', quantity: 1, currency: 'usd', contractLimits: {} },
      ...{ mrrCents: plan === 'pro' ? 20_000 : 10_000, pendingChange: false },
      ...{ periodStart: T0, periodEnd: minutesLater(60 * 24 * 30) },
    },
  ],
  trials: [],
  unnamed: [],
  overdueInvoices: [],
});
const planOf = async (account: string) =>
  (await inTransaction(store, (tx) => findPaidSubscription(tx, account, 'core')))?.plan;
const payers = async () => {
  const { rows } = await inTransaction(store, (tx) =>
    tx.execute('select account, person from account_person order by account'),
  );
  return rows;
};

test('what a webhook brought while the sweep was at earlier pages is newer than the sweep, and stays', async () => {
  await takeCustomer(deps(), 'billing', customer('second', 'starter'), wireNow);
  wireNow += 1_000;
  let webhook: Promise<void> | null = null;
  const beat = () => {
    wireNow += 1_000;
    webhook ??= takeCustomer(deps(), 'billing', customer('second', 'pro'), wireNow);
    wireNow += 1_000;
  };
  const billing = {
    readPrices: async () => [],
    // As connectors do: the subscriptions of all customers first, then page by page who they are of.
    readCustomers: async function* () {
      yield [customer('first', 'starter')];
      await webhook;
      yield [customer('second', 'starter')];
    },
  } as Partial<Billing> as Billing; // of which nothing else is asked here
  const run = { id: 'r1', connection: 'billing', checkpoint: null, firstRead: false, call: callWithin(5_000), beat };
  expect(await sweepBilling(deps(), billing, run)).toEqual({ customers: 2 });
  expect(await planOf('first')).toBe('starter');
  expect(await planOf('second')).toBe('pro');
  expect(await payers()).toEqual([
    { account: 'first', person: 'starter@first.example' },
    { account: 'second', person: 'pro@second.example' },
  ]);
});

test('a sweep names the prices that no plan has, but no add-ons', async () => {
  wireNow += 1_000;
  const add = { subscriptionId: 'sub_first', itemId: 'si_2', price: 'support', mrrCents: 500 };
  const plan = { subscriptionId: 'sub_second', itemId: 'si', price: 'enterprise', mrrCents: 90_000 };
  const billing = {
    readPrices: async () => [],
    readCustomers: async function* () {
      yield [{ ...customer('first', 'starter'), unnamed: [add] }];
      yield [{ ...customer('second', 'pro'), subscriptions: [], unnamed: [plan] }];
    },
  } as Partial<Billing> as Billing; // of which nothing else is asked here
  const run = { id: 'r2', connection: 'billing', checkpoint: null, firstRead: false, call: callWithin(5_000) };
  await sweepBilling(deps(), billing, { ...run, beat: () => {} });
  expect(await planOf('second')).toBe('pro');
  expect(warned).toEqual([
    { connection: 'billing', account: 'second', subscriptions: ['sub_second'], prices: ['enterprise'] },
    { connection: 'billing', prices: ['enterprise'] },
  ]);
});
