import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnections } from '../../activities/connections.ts';
import type { Billing, BillingCustomer } from '../../connectors/kit/capabilities.ts';
import { inTransaction, takeIn } from '../../store/index.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { T0 } from '../../test/support/store-rows.ts';
import { workOff } from '../../test/support/work-off.ts';

let server: TestServer;
let reads = 0;
const customer: BillingCustomer = {
  customerId: 'cus_1',
  account: 'acme',
  email: null,
  subscriptions: [],
  trials: [],
  overdueInvoices: [],
};

beforeAll(async () => {
  server = await httpServer();
  const billing = {
    readCustomer: async () => {
      reads += 1;
      return customer;
    },
  } as Partial<Billing> as Billing; // of which nothing else is asked here
  server.context.deps.connections = openConnections([
    { name: 'billing', connector: 'stripe', mode: 'sandbox', capabilities: { billing } },
  ]);
});
afterAll(() => server.close());

async function arrive(ids: string[]): Promise<void> {
  const wireNow = server.time.wireNow;
  const events = ids.map((id) => {
    return { id, type: 'invoice.paid', object: id, occurredAt: null, body: { customerId: 'cus_1' } };
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
