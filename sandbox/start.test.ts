import { expect, onTestFinished, test } from 'vitest';
import type { Verdict } from './checker/types.ts';
import { startSandbox } from './start.ts';
import { dummyVendor } from './testing/dummy-twin.ts';
import { clockFromNow, EPOCH, fakeHub, temporaryFile } from './testing/support.ts';

const later = (days: number) => new Date(Date.parse(EPOCH) + days * 86_400_000).toISOString();
const truth = [
  { meta: 'headroom world' },
  { context: 'account', account: 'a_1', timezone: 'UTC', test: false, people: [{ id: 'u_1', email: 'p1@a1.example' }] },
  {
    episode: 'e1',
    account: 'a_1',
    product: 'core',
    kind: 'hard_limit',
    metric: 'seats',
    readyAt: later(1),
    readyUntil: later(9),
    graceFrom: later(1),
    valueCents: 1,
  },
];

async function start() {
  const vendor = dummyVendor();
  const usage = await temporaryFile('usage.ndjson', [{ type: 'ticket', receivedAt: EPOCH, id: 't_1', account: 'a_1' }]);
  const world = { usage, truth: await temporaryFile('truth.ndjson', truth) };
  const sandbox = await startSandbox({ world, clock: clockFromNow(1), seed: 's' }, { dummy: vendor.make });
  onTestFinished(() => sandbox.stop());
  const call = async (path: string, method = 'GET', body?: unknown) => {
    const response = await fetch(`${sandbox.addresses.control}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  return { sandbox, vendor: vendor.seen, call };
}

test('says where everything is, on loopback, and what the hub must be given', async () => {
  const { call, sandbox, vendor } = await start();
  const { body } = await call('/addresses');
  expect(Object.keys(body.addresses)).toEqual(['dummy', 'control']);
  expect(new URL(body.addresses.dummy).hostname).toBe('127.0.0.1');
  expect(body.views.dummy).toBe(`${sandbox.addresses.dummy}/_view`);
  expect(body.secrets.STRIPE_KEY).toMatch(/^sk_test_/);
  expect(vendor.rows).toHaveLength(1);
  expect((await call('/clock')).body.played).toBe(1);
});

test('secrets are the same for the same seed', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(one.sandbox.secrets).toEqual(two.sandbox.secrets);
});

test('gives the ledger in pieces', async () => {
  const { call, sandbox } = await start();
  for (const id of ['1', '2', '3'])
    sandbox.frame.note('dummy', { kind: 'task_created', account: 'a_1', id, summary: id });
  const first = (await call('/ledger?limit=2')).body;
  expect([first.entries.length, first.next, first.total]).toEqual([2, 2, 3]);
  expect((await call(`/ledger?from=${first.next}`)).body.entries).toMatchObject([{ id: '3' }]);
});

test('faults come and go by the control API, and a wrong one is refused with its reason', async () => {
  const { call, sandbox } = await start();
  expect((await call('/faults', 'POST', { vendor: 'dummy', kind: 'server_error' })).status).toBe(201);
  expect((await fetch(`${sandbox.addresses.dummy}/things`)).status).toBe(503);
  await call('/faults', 'DELETE');
  expect((await fetch(`${sandbox.addresses.dummy}/things`)).status).toBe(200);
  const wrong = async (body: unknown) => (await call('/faults', 'POST', body)).body.error;
  expect(await wrong({ vendor: 'dummy', kind: 'earthquake' })).toContain('"rate_limited"');
  expect(await wrong({ vendor: 'nobody', kind: 'slow' })).toContain('expected a vendor that speaks HTTP');
});

test('a vendor goes down and comes back by the control API', async () => {
  const { call, sandbox } = await start();
  const things = () => fetch(`${sandbox.addresses.dummy}/things`);
  expect((await call('/vendors/dummy/down', 'POST')).status).toBe(204);
  await expect(things()).rejects.toThrow();
  expect((await call('/vendors/dummy/up', 'POST')).status).toBe(204);
  expect((await things()).status).toBe(200);
  expect((await call('/vendors/nobody/down', 'POST')).status).toBe(404);
});

test('acts reach the hub as soon as it is known', async () => {
  const { call } = await start();
  const hub = await fakeHub(() => ({ status: 200, body: 'taken' }));
  expect((await call('/acts/dummy/call_hub', 'POST', { path: '/x' })).body).toEqual({ result: null });
  await call('/hub', 'POST', { url: hub.url });
  expect((await call('/acts/dummy/call_hub', 'POST', { path: '/x' })).body).toEqual({
    result: { status: 200, body: 'taken' },
  });
  expect((await call('/acts/dummy/dance', 'POST')).status).toBe(500);
});

test('the judge finds what a silent hub has missed, and sees what was done', async () => {
  const { call, sandbox } = await start();
  const judged = async (): Promise<Verdict> => (await call(`/checker?until=${later(20)}`)).body;
  expect(await judged()).toMatchObject({ expected: 1, visible: 0, missing: [{ episode: 'e1' }] });
  sandbox.frame.ledger.append({
    at: later(2),
    wireAt: 0,
    vendor: 'dummy',
    kind: 'task_created',
    account: 'a_1',
    id: '1',
    summary: 's',
  });
  expect(await judged()).toMatchObject({ expected: 1, visible: 1, missing: [] });
});

test('the control API can ask for the end', async () => {
  const { call, sandbox } = await start();
  expect((await call('/stop', 'POST')).status).toBe(202);
  await sandbox.stopAsked;
  await sandbox.stop();
  await expect(fetch(`${sandbox.addresses.dummy}/things`)).rejects.toThrow();
});
