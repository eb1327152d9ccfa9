import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeCustomer } from '../../activities/billing/take-customer.ts';
import { openConnections } from '../../activities/connections.ts';
import type { Billing, BillingCustomer } from '../../connectors/kit/capabilities.ts';
import {
  findPaidSubscription,
  findUpgrade,
  insertUpgrade,
  inTransaction,
  listLinkProblems,
  takeBackUpgrade,
  takeIn,
} from '../../store/index.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { T0 } from '../../test/support/store-rows.ts';
import { workOff } from '../../test/support/work-off.ts';

let server: TestServer;
let reads = 0;
const invoicesRead: string[] = [];
const customer: BillingCustomer = {
  customerId: 'cus_1',
  account: 'acme',
  email: null,
  subscriptions: [],
  trials: [],
  unnamed: [],
  overdueInvoices: [],
};
/** What billing answers; null for others. */
const customers = new Map<string, BillingCustomer>([['cus_1', customer]]);

beforeAll(async () => {
  server = await httpServer();
  const billing = {
    readCustomer: async (id: string) => {
      reads += 1;
      return customers.get(id) ?? null;
    },
    readInvoice: async (id: string) => {
      invoicesRead.push(id);
      return { id, customerId: 'cus_1', state: 'paid', subscriptionId: 'sub_1', changeIssuedAt: T0 };
    },
  } as Partial<Billing> as Billing; // of which nothing else is asked here
  server.context.deps.connections = openConnections([
    { name: 'billing', connector: 'stripe', mode: 'sandbox', capabilities: { billing } },
  ]);
});
afterAll(() => server.close());

async function arrive(ids: string[], objectId: string | null = null): Promise<void> {
  const wireNow = server.time.wireNow;
  const events = ids.map((id) => {
    return { id, type: 'invoice.paid', object: id, occurredAt: null, body: { customerId: 'cus_1', objectId } };
  });
  await inTransaction(server.store, (tx) => takeIn(tx, 'billing', events, { now: T0, wireNow }));
}

test('events that arrived before the customer was read cost no further read; one after it does', async () => {
  await arrive(['e1', 'e2', 'e3']);
  server.time.wireNow += 10;
  await workOff(server);
  expect(reads).toBe(1);
  await arrive(['e4']);
  server.time.wireNow += 10;
  await workOff(server);
  expect(reads).toBe(2);
  // Told again, as vendors do, with other names: nothing has happened since.
  server.time.wireNow -= 10;
  await arrive(['e5']);
  server.time.wireNow += 10;
  await workOff(server);
  expect(reads).toBe(2);
});

test('a payment that an upgrade was taken back for wanting is looked at, whenever the customer was read', async () => {
  const subscription = {
    ...{ id: 'sub_1', connection: 'billing', customerId: 'cus_1', itemId: 'si_1', account: 'acme', product: 'core' },
    ...{ plan: 'pro', status: 'active' as const, quantity: 1, mrrCents: 20_000, currency: 'usd', contractLimits: {} },
    ...{ periodStart: T0, periodEnd: T0, pendingChange: false },
  };
  customer.subscriptions.push(subscription);
  const upgrade = {
    ...{ id: 'up_1', account: 'acme', product: 'core', subscriptionId: 'sub_1', version: 2, at: T0 },
    ...{ fromPlan: 'starter', toPlan: 'pro', fromMrrCents: 10_000, toMrrCents: 20_000, acvCents: 120_000 },
  };
  await arrive(['e6']);
  server.time.wireNow += 10;
  await workOff(server);
  await inTransaction(server.store, async (tx) => {
    await insertUpgrade(tx, upgrade);
    await takeBackUpgrade(tx, 'up_1', { reason: 'unpaid', now: T0 });
  });
  server.time.wireNow -= 10;
  await arrive(['e7'], 'in_1');
  server.time.wireNow += 10;
  await workOff(server);
  expect(invoicesRead).toEqual(['in_1']);
  const stands = () => inTransaction(server.store, (tx) => findUpgrade(tx, { subscriptionId: 'sub_1', version: 2 }));
  expect(await stands()).toMatchObject({ takenBackAt: null });
  // Told again: nothing is wanting any more.
  await arrive(['e8'], 'in_1');
  server.time.wireNow += 10;
  await workOff(server);
  expect(invoicesRead).toEqual(['in_1']);
});

test('a customer that was deleted pays no more; one that is not found may be hidden by a wrong key, and stays', async () => {
  const customerId = 'cus_2';
  const happens = async (id: string) => {
    const body = { customerId, objectId: customerId };
    const event = { id, type: 'customer.deleted', object: customerId, occurredAt: null, body };
    const wireNow = server.time.wireNow;
    await inTransaction(server.store, (tx) => takeIn(tx, 'billing', [event], { now: T0, wireNow }));
    server.time.wireNow += 10;
    await workOff(server);
    server.time.wireNow += 10;
    return (await inTransaction(server.store, (tx) => findPaidSubscription(tx, 'globex', 'core')))?.plan;
  };
  const subscription = {
    ...{ id: 'sub_2', connection: 'billing', customerId, itemId: 'si_2', account: 'globex', product: 'core' },
    ...{ plan: 'pro', status: 'active' as const, quantity: 1, mrrCents: 20_000, currency: 'usd', contractLimits: {} },
    ...{ periodStart: T0, periodEnd: T0, pendingChange: false },
  };
  const nothing = { customerId, email: null, subscriptions: [], trials: [], unnamed: [], overdueInvoices: [] };
  const paying = { ...nothing, account: 'globex', subscriptions: [subscription] };
  customers.set(customerId, paying);
  expect(await happens('d1')).toBe('pro');
  customers.delete(customerId);
  expect(await happens('d2')).toBe('pro');
  customers.set(customerId, { ...nothing, account: null, deleted: true });
  expect(await happens('d3')).toBeUndefined();
  expect(await happens('d4')).toBeUndefined();
  // A sweep that read it before it was deleted does not bring it back.
  await takeCustomer(server.context.deps, 'billing', paying, 1);
  const stored = await inTransaction(server.store, (tx) => findPaidSubscription(tx, 'globex', 'core'));
  expect(stored).toBeNull();
  // The account may have a new customer: neither of the two is anything to mend.
  await takeCustomer(server.context.deps, 'billing', { ...paying, customerId: 'cus_3' }, server.time.wireNow);
  const problems = await inTransaction(server.store, (tx) => listLinkProblems(tx));
  expect(problems.filter(({ externalIds }) => externalIds.includes(customerId))).toEqual([]);
});
