/** Salesforce's session is one a connection: its simulator counts the sign-ins, on a real store, each worker as in a process of its own. */
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fakeWriteCall } from '../connectors/kit/testing/dependencies.ts';
import { fakeTwinContext } from '../connectors/kit/testing/twin-context.ts';
import { callWithin } from '../connectors/kit/time-limit.ts';
import { type ConnectOptions, connect, SECRETS, taskInput } from '../connectors/salesforce/testing/set-up.ts';
import { twin as makeTwin } from '../connectors/salesforce/twin/index.ts';
import type { Twin } from '../sandbox/frame/types.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../test/support/store.ts';
import { keepTokens } from './token-keeper.ts';

const TOKEN = '/services/oauth2/token';

let store: Store;
let close: () => Promise<void>;
let server: FastifyInstance;
let twin: Twin;
let url: string;
/** Requests to the simulator, oldest first. */
let asked: string[];
let connections = 0;
let connection: string;
/** Address that the next sign-in answers, instead of the simulator's own. */
let instance: string | null;

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());
beforeEach(async () => {
  connection = `crm-${connections++}`;
  asked = [];
  instance = null;
  twin = makeTwin(fakeTwinContext({ now: '2026-03-20T09:59:59.000Z', secrets: SECRETS }));
  server = fastify();
  server.addHook('onRequest', async ({ method, url: path }) => {
    asked.push(`${method} ${path.split('?')[0]}`);
  });
  server.addHook('onSend', async (_request, _reply, payload) =>
    instance !== null && typeof payload === 'string'
      ? payload.replace(/"instance_url":"[^"]*"/, `"instance_url":"${instance}"`)
      : payload,
  );
  await twin.routes?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

const call = () => callWithin(10_000);
const worker = (more: ConnectOptions = {}) =>
  connect(url, { ...more, tokens: keepTokens(store, connection, { wireNow: Date.now }) });
const signIns = () => asked.filter((one) => one === `POST ${TOKEN}`).length;
const others = () => asked.filter((one) => one !== `POST ${TOKEN}`).length;
const endSessions = () => twin.acts.end_sessions?.({});

test('two workers with many calls at once sign in once between them', async () => {
  const workers = [worker(), worker()];
  await Promise.all(workers.flatMap(({ check }) => Array.from({ length: 5 }, () => check(call()))));
  expect(signIns()).toBe(1);
  expect(others()).toBe(10);
});

test('a worker that comes later, as after a restart, calls with the session there is', async () => {
  await worker().check(call());
  await worker().check(call());
  expect(signIns()).toBe(1);
});

test('a session that was revoked mid-way is replaced once for all, and each call is repeated once', async () => {
  const [one, two] = [worker(), worker()];
  await Promise.all([one.check(call()), two.check(call())]);
  await endSessions();
  asked = [];
  await Promise.all([one.check(call()), two.check(call()), two.check(call())]);
  expect(signIns()).toBe(1);
  // At most once: whoever hears of the new session before it asks needs no second try.
  expect(others()).toBeGreaterThanOrEqual(4);
  expect(others()).toBeLessThanOrEqual(6);
});

test('a worker that is behind drops the session that it used, never the one that took its place', async () => {
  const [one, two] = [worker(), worker()];
  await one.check(call());
  await two.check(call());
  await endSessions();
  await one.check(call());
  asked = [];
  await two.check(call());
  expect(asked).toEqual([expect.stringContaining('/query'), expect.stringContaining('/query')]);
});

test('a write whose session was revoked is there once', async () => {
  const at = { receivedAt: '2026-03-02T00:00:00.000Z', account: 'a_0001' };
  twin.apply({
    ...{ ...at, type: 'account', name: 'Company 1', segment: 'mid_market', employees: 190, timezone: 'Europe/Berlin' },
    ...{ region: 'eu', arrCents: 1_916_450, renewalDate: '2026-08-30' },
    admin: { id: 'u_1', email: 'p1@a1.example', role: 'admin' },
    owner: { id: 'am_1', email: 'am_1@vendor.example' },
  });
  const { crm } = worker();
  const ids: string[] = [];
  for await (const page of crm.readAccounts(call())) ids.push(...page.map(({ externalId }) => externalId));
  const payload = crm.createTask.prepare(taskInput({ companyId: ids[0] ?? '' }));
  await endSessions();
  asked = [];
  await crm.createTask.send(payload, fakeWriteCall('k'));
  expect(signIns()).toBe(1);
  expect(asked.filter((one) => one.startsWith('POST') && one.endsWith('/sobjects/Task'))).toHaveLength(2);
  expect(await crm.createTask.find?.(payload, { ...call(), idempotencyKey: 'k' })).toMatchObject({ kind: 'found' });
});

test('refused credentials are told as such, and the next worker may try at once', async () => {
  const wrong = worker({ secrets: { SALESFORCE_CLIENT_SECRET: 'wrong' } });
  await expect(wrong.check(call())).rejects.toMatchObject({
    code: 'authentication',
    message: expect.stringContaining('Salesforce refused the sign-in: invalid_client'),
  });
  expect(asked).toEqual([`POST ${TOKEN}`]);
  await worker().check(call());
  expect(signIns()).toBe(2);
});

test('an address that is not the connection’s is never kept, nor called', async () => {
  instance = 'https://evil.example';
  await expect(worker().check(call())).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('is not my_domain'),
  });
  const { rows } = await store.pool.query('select sealed from connection_token where connection = $1', [connection]);
  expect(rows).toEqual([{ sealed: null }]);
  instance = null;
  await worker().check(call());
  expect(others()).toBe(1);
});

test('what another app signed in to, before config was changed, is thrown away unused', async () => {
  await keepTokens(store, connection, { wireNow: Date.now }).use(
    async () => ({ value: JSON.stringify({ as: 'another app', token: 'theirs', url }), expiresAt: null }),
    call(),
  );
  await worker().check(call());
  expect(signIns()).toBe(1);
  expect(others()).toBe(1);
});
