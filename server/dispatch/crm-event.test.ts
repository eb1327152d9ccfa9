import { createHmac } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openConnections } from '../../activities/connections.ts';
import { sweepCrm } from '../../activities/crm/sweep.ts';
import { takeCrmAccounts } from '../../activities/crm/take-accounts.ts';
import { hubspot } from '../../connectors/hubspot/index.ts';
import { SECRETS as TOKEN } from '../../connectors/hubspot/testing/set-up.ts';
import { twin as makeTwin } from '../../connectors/hubspot/twin/index.ts';
import type { Crm } from '../../connectors/kit/capabilities.ts';
import { fakeDependencies } from '../../connectors/kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../connectors/kit/testing/twin-context.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { Twin, WorldAccount } from '../../sandbox/frame/types.ts';
import { inTransaction, linkAccounts, loadTouchFacts, type Tx } from '../../store/index.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { aRequest, T0 } from '../../test/support/store-rows.ts';
import { workOff } from '../../test/support/work-off.ts';

const SECRETS = { ...TOKEN, HUBSPOT_CLIENT_SECRET: 'client-secret' };

let server: TestServer;
let context: FakeTwinContext;
let twin: Twin;
let vendor: FastifyInstance;
let crm: Crm;
/** Calls that reached the CRM since a test began to count. */
let calls: string[] = [];
let n = 0;

beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  // Deliveries are signed on the wire clock.
  server.time.wireNow = Date.now();
  context = fakeTwinContext({ now: T0, secrets: SECRETS });
  twin = makeTwin(context);
  vendor = fastify();
  vendor.addHook('onRequest', async ({ url }) => {
    calls.push(url);
  });
  await twin.routes?.(vendor);
  const url = await vendor.listen({ host: '127.0.0.1', port: 0 });
  const connection = {
    connector: 'hubspot',
    mode: 'sandbox' as const,
    sandbox_url: url,
    account_key: 'headroom_account_id',
    auth: { token: 'env:HUBSPOT_TOKEN' },
    webhook_secret: 'env:HUBSPOT_CLIENT_SECRET',
  };
  const dependencies = fakeDependencies({ name: 'crm', connection, secrets: SECRETS });
  const capabilities = hubspot.connect({
    ...dependencies,
    clock: { startedAt: new Date().toISOString(), epoch: T0, scale: 1 },
  });
  if (!capabilities.crm) throw new Error('HubSpot is a CRM');
  crm = capabilities.crm;
  server.context.deps.connections = openConnections([
    { name: 'crm', connector: 'hubspot', mode: 'sandbox', capabilities },
  ]);
  n += 10;
  for (const one of [account(n), account(n + 1)]) twin.apply(one);
  const run = {
    id: 'sweep',
    connection: 'crm',
    firstRead: false,
    checkpoint: null,
    beat: () => {},
    call: callWithin(9_000),
  };
  await sweepCrm(server.context.deps, crm, run);
  await sent();
  calls = [];
});
afterEach(() => vendor.close());

const account = (number: number): WorldAccount => ({
  type: 'account',
  receivedAt: T0,
  account: `a_${number}`,
  name: `Company ${number}`,
  segment: 'smb',
  employees: 10,
  timezone: 'Europe/Berlin',
  region: 'eu',
  arrCents: 100_000,
  renewalDate: '2026-08-30',
  admin: { id: `u_${number}`, email: `ana@a${number}.example`, role: 'admin' },
  owner: { id: 'am_1', email: 'am_1@vendor.example' },
});
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(server.store, work);
const facts = (number = n) =>
  run((tx) => {
    const about = aRequest({ account: `a_${number}`, person: `ana@a${number}.example` });
    return loadTouchFacts(tx, { ...about, effectKey: 'another' });
  });
const act = async (name: string, input: Parameters<NonNullable<Twin['acts'][string]>>[0]) => {
  const answer = await twin.acts[name]?.(input);
  return answer as { id: string };
};

/** What the vendor has sent since the last look. */
async function sent() {
  await new Promise(setImmediate);
  return context.deliveries.splice(0);
}
/** The vendor's deliveries arrive, each as often as told; a moment later they are handled. */
async function arrive(times = 1, deliveries?: Awaited<ReturnType<typeof sent>>): Promise<void> {
  for (const { method, path, headers, body } of deliveries ?? (await sent())) {
    for (let time = 0; time < times; time++) {
      const { statusCode } = await server.app.inject({ method, url: path, headers, payload: body });
      expect(statusCode).toBe(200);
    }
  }
  server.time.wireNow += 1;
  await workOff(server);
}
/** As from the vendor, in words of the test's own. */
async function deliver(body: string): Promise<void> {
  const at = String(Date.now());
  const signed = `POST${server.context.deps.publicUrl}/webhooks/crm${body}${at}`;
  const headers = {
    'content-type': 'application/json',
    'x-hubspot-request-timestamp': at,
    'x-hubspot-signature-v3': createHmac('sha256', SECRETS.HUBSPOT_CLIENT_SECRET).update(signed).digest('base64'),
  };
  const reply = await server.app.inject({ method: 'POST', url: '/webhooks/crm', headers, payload: body });
  expect(reply.statusCode).toBe(200);
  server.time.wireNow += 1;
  await workOff(server);
}
/** Reads of a whole picture, by the number of times that companies were asked for. */
const pictures = () => calls.filter((url) => url.includes('/companies/batch/read') && url.includes('/objects/')).length;

describe('what happens in the CRM', () => {
  test('holds messages at once: a severe ticket, and lets them go when it is closed', async () => {
    const { id } = await act('open_ticket', { account: `a_${n}` });
    expect((await facts()).openSevereTickets).toEqual([]);
    await arrive();
    expect((await facts()).openSevereTickets).toEqual([id]);
    expect((await facts(n + 1)).openSevereTickets).toEqual([]);
    await act('close_ticket', { id });
    await arrive();
    expect((await facts()).openSevereTickets).toEqual([]);
  });

  test('a call that an account manager logged, and an opt-out', async () => {
    await act('log_contact', { account: `a_${n}`, by: 'am_1', channel: 'call' });
    await act('opt_out', { email: `ana@a${n}.example`, category: 'marketing' });
    await arrive();
    expect(await facts()).toMatchObject({ lastOutreachAt: T0, person: { optedOut: ['marketing'] } });
  });

  test('a new customer is known before the next sweep', async () => {
    twin.apply(account(n + 2));
    await arrive();
    expect((await facts(n + 2)).account).toMatchObject({ linked: true });
  });

  test('costs one read, however many events tell it and however often they come', async () => {
    await act('open_ticket', { account: `a_${n}` });
    await act('log_contact', { account: `a_${n}`, by: 'am_1', channel: 'meeting' });
    // Two records of one company: each event of a record is handled after the one before it.
    await arrive(3);
    expect(pictures()).toBe(1);
    expect(await facts()).toMatchObject({ openSevereTickets: [expect.any(String)], lastOutreachAt: T0 });
  });

  test('is the same in whatever order it is told', async () => {
    const { id } = await act('open_ticket', { account: `a_${n}` });
    const opened = await sent();
    await act('close_ticket', { id });
    const closed = await sent();
    await arrive(1, closed);
    await arrive(1, opened);
    expect((await facts()).openSevereTickets).toEqual([]);
  });

  test('about records that lead to no company, or are gone, is taken and changes nothing', async () => {
    await act('open_ticket', { account: `a_${n}` });
    const [delivery] = await sent();
    const unknown = delivery?.body.replaceAll(/"objectId":\d+|"fromObjectId":\d+/g, (field) =>
      field.replace(/\d+$/, '999'),
    );
    await deliver(unknown ?? '');
    expect(pictures()).toBe(0);
    expect((await facts()).openSevereTickets).toEqual([]);
  });
});

test.each([
  ['a deletion', { subscriptionType: 'company.deletion', objectId: 999 }],
  ['a merge', { subscriptionType: 'company.merge', primaryObjectId: 998, mergedObjectIds: [999], newObjectId: 998 }],
])('%s of one of two records of an account leaves the other linked, before the next sweep', async (_, event) => {
  const double = { connection: 'crm', externalId: '999', account: `a_${n}`, label: null };
  await run((tx) => linkAccounts(tx, [double], { now: T0, wireNow: 1 }));
  expect((await facts()).account.linked).toBe(false);
  await deliver(JSON.stringify([{ eventId: 1, occurredAt: Date.now(), ...event }]));
  expect((await facts()).account.linked).toBe(true);
});

test('a picture that was asked for earlier never takes the place of a later one, in whichever order they come', async () => {
  const { config } = server.context.deps.configs.current();
  const take = (accounts: Awaited<ReturnType<Crm['readAccountsById']>>, wireReadAt: number) =>
    run((tx) => takeCrmAccounts(tx, { config, connection: 'crm', accounts, now: T0, wireReadAt }));
  const read = async () => {
    const pages = [];
    for await (const page of crm.readAccounts(callWithin(9_000))) pages.push(...page);
    return pages;
  };
  const before = await read();
  await act('open_ticket', { account: `a_${n}` });
  const after = await read();
  const now = server.time.wireNow;
  // The sweep asked first, and gets to the store last.
  await Promise.all([take(after, now + 20), take(before, now + 10)]);
  await take(before, now + 10);
  expect((await facts()).openSevereTickets).toHaveLength(1);
});
