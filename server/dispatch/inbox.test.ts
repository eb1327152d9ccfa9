import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenConnection, openConnections } from '../../activities/connections.ts';
import type { Billing } from '../../connectors/kit/capabilities.ts';
import { RateLimitedError } from '../../connectors/kit/errors.ts';
import { inTransaction, listParked, takeIn } from '../../store/index.ts';
import { eventually } from '../../test/support/eventually.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { T0 } from '../../test/support/store-rows.ts';
import { startInbox } from './inbox.ts';
import type { Loop } from './loop.ts';

let server: TestServer;
let inbox: Loop;
const read: string[] = [];
let refusals = 0;
let letGo: () => void = () => {};
const away = new Promise<null>((resolve) => {
  letGo = () => resolve(null);
});

/** Billing of which only a customer is ever read. */
function billing(name: string, readCustomer: Billing['readCustomer']): OpenConnection {
  const capabilities = { billing: { readCustomer } as Billing };
  return { name, connector: 'stripe', mode: 'sandbox', capabilities };
}

beforeAll(async () => {
  server = await httpServer();
  const { deps } = server.context;
  deps.connections = openConnections([
    billing('away', () => away),
    billing('near', async (customer) => {
      read.push(customer);
      return null;
    }),
    billing('strict', async (customer) => {
      refusals += 1;
      if (refusals <= 15) throw new RateLimitedError('not yet', 1, { connector: 'stripe', operation: 'read' });
      read.push(customer);
      return null;
    }),
  ]);
  const requestTrial = async () => Promise.reject(new Error('no trial is asked for here'));
  inbox = startInbox({ ...deps, wireNow: Date.now }, requestTrial);
});
afterAll(async () => {
  letGo();
  await inbox.stop();
  await server.close();
});

async function arrive(source: string, customers: string[]): Promise<void> {
  const events = customers.map((customerId) => {
    return {
      id: `${source}-${customerId}`,
      type: 'changed',
      object: customerId,
      occurredAt: null,
      body: { customerId },
    };
  });
  await inTransaction(server.store, (tx) => takeIn(tx, source, events, { now: T0, wireNow: Date.now() }));
  inbox.poke();
}

test('a vendor that does not answer holds up its own events only', async () => {
  await arrive(
    'away',
    Array.from({ length: 100 }, (_, n) => `a${n}`),
  );
  await arrive('near', ['n1', 'n2', 'n3']);
  await eventually(() => ['n1', 'n2', 'n3'].every((customer) => read.includes(customer)));
});

test('an event whose vendor asks for time is not parked, however often it asks', async () => {
  await arrive('strict', ['s1']);
  await eventually(() => read.includes('s1'));
  expect(refusals).toBe(16);
  expect(await inTransaction(server.store, (tx) => listParked(tx))).toEqual([]);
});
