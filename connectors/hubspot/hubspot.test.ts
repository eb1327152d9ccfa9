import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Twin, WorldAccount } from '../../sandbox/frame/types.ts';
import type { Crm } from '../kit/capabilities.ts';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../kit/testing/twin-context.ts';
import { callWithin } from '../kit/time-limit.ts';
import { allAccounts, connect, NOW, SECRETS, taskInput } from './testing/set-up.ts';
import { twin as makeTwin } from './twin/index.ts';

const account = (n: number): WorldAccount => ({
  type: 'account',
  receivedAt: '2026-03-02T00:00:00.000Z',
  account: `a_${String(n).padStart(4, '0')}`,
  name: `Company ${n}`,
  segment: 'enterprise',
  employees: 190,
  timezone: 'Europe/Berlin',
  region: 'eu',
  arrCents: 1_916_450,
  renewalDate: '2026-08-30',
  admin: { id: `u_${n}`, email: `p1@a${n}.example`, role: 'admin' },
  owner: { id: `am_${n % 7}`, email: `am_${n % 7}@vendor.example` },
});

let context: FakeTwinContext;
let twin: Twin;
let server: FastifyInstance;
let url: string;
/** Calls that reached the simulator, oldest first. */
let calls: string[];
beforeEach(async () => {
  context = fakeTwinContext({ now: NOW, secrets: SECRETS });
  twin = makeTwin(context);
  calls = [];
  server = fastify();
  server.addHook('onRequest', async (request) => {
    calls.push(`${request.method} ${request.url.split('?')[0]}`);
  });
  await twin.routes?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  twin.apply(account(1));
});
afterEach(() => server.close());

const call = () => callWithin(5_000);
const read = async (crm: Crm = connect(url).crm) => (await allAccounts(crm.readAccounts(call())))[0];
const companyId = async () => (await read())?.externalId ?? '';

describe('reading', () => {
  test('shows an account with its admin, tickets, opt-outs and outreach', async () => {
    const at = { receivedAt: '2026-03-19T10:00:00.000Z', account: 'a_0001' };
    twin.apply({ ...at, type: 'ticket', id: 't_1', severity: 'severe', state: 'open' });
    twin.apply({ ...at, type: 'ticket', id: 't_2', severity: 'normal', state: 'open' });
    twin.apply({ ...at, type: 'ticket', id: 't_2', severity: 'normal', state: 'closed' });
    twin.apply({
      receivedAt: at.receivedAt,
      type: 'consent',
      person: 'u_1',
      category: 'marketing',
      state: 'opted_out',
    });
    twin.apply({ ...at, type: 'am_contact', by: 'am_1', channel: 'email' });
    const { crm } = connect(url);
    const [owner] = await crm.readOwners(call());
    expect(owner).toMatchObject({ email: 'am_1@vendor.example', active: true });
    expect(await read(crm)).toEqual({
      externalId: expect.stringMatching(/^\d+$/),
      account: 'a_0001',
      profile: {
        name: 'Company 1',
        segment: 'enterprise',
        timezone: 'Europe/Berlin',
        ownerId: owner?.id,
        csmId: null,
        arrCents: 1_916_450,
        renewalOn: '2026-08-30',
      },
      contacts: [
        {
          externalId: expect.stringMatching(/^\d+$/),
          email: 'p1@a1.example',
          name: null,
          isAdmin: true,
          userId: 'u_1',
          optedOutOfMarketing: true,
          optedOutOfAll: false,
          hardBounced: false,
          createdAt: '2026-03-02T00:00:00.000Z',
        },
      ],
      tickets: [
        expect.objectContaining({ account: 'a_0001', severe: true, open: true, at: at.receivedAt }),
        expect.objectContaining({ account: 'a_0001', severe: false, open: false }),
      ],
      outreach: [
        { account: 'a_0001', by: owner?.id, channel: 'email', at: at.receivedAt, externalId: expect.any(String) },
      ],
    });
  });

  test('takes few calls for many companies', async () => {
    for (let n = 2; n <= 150; n++) twin.apply(account(n));
    const accounts = await allAccounts(connect(url).crm.readAccounts(call()));
    expect(new Set(accounts.map((one) => one.account)).size).toBe(150);
    expect(accounts.every(({ contacts }) => contacts.length === 1)).toBe(true);
    // Two pages of the list, five kinds of association, two batches of contacts, once the opt-out properties.
    expect(calls).toHaveLength(10);
  });

  test('holds no more than some hundreds of companies at a time', async () => {
    for (let n = 2; n <= 1_010; n++) twin.apply(account(n));
    const sizes: number[] = [];
    for await (const page of connect(url).crm.readAccounts(call())) sizes.push(page.length);
    expect(sizes).toEqual([500, 500, 10]);
  });

  test('the picture of one company holds what was written a moment ago, and never comes from search', async () => {
    const id = await companyId();
    const { crm } = connect(url);
    await twin.acts.open_ticket?.({ account: 'a_0001' });
    await twin.acts.log_call?.({ account: 'a_0001', ownerId: null, body: 'Talked.' });
    await twin.acts.opt_out?.({ email: 'p1@a1.example', category: 'product' });
    const [now] = await crm.readAccountsById([id, '404'], call());
    expect(now).toMatchObject({
      tickets: [{ severe: true, open: true }],
      outreach: [{ channel: 'call', at: NOW }],
      contacts: [{ optedOutOfAll: true }],
    });
    expect(calls.some((one) => one.includes('search'))).toBe(false);
  });

  test('our own writes are no outreach', async () => {
    const { crm } = connect(url);
    const id = await companyId();
    await crm.createTask.send(crm.createTask.prepare(taskInput({ companyId: id })), fakeWriteCall('k'));
    await crm.tagAccount.send(crm.tagAccount.prepare({ companyId: id, fields: { qbr_tag: 'x' } }), fakeWriteCall('k'));
    expect(await read()).toMatchObject({ outreach: [] });
  });

  test('a wrong token is told as such', async () => {
    const { check } = connect(url, { token: 'pat-na1-wrong000' });
    await expect(check(call())).rejects.toMatchObject({ code: 'authentication' });
    await expect(connect(url).check(call())).resolves.toBeUndefined();
  });
});

describe('tasks', () => {
  test('one stands on the company and the contact, for the owner, under its marker', async () => {
    const { crm } = connect(url);
    const found = await read(crm);
    const input = taskInput({
      companyId: found?.externalId ?? '',
      contactId: found?.contacts[0]?.externalId ?? null,
      ownerId: found?.profile.ownerId ?? null,
    });
    const { taskId } = await crm.createTask.send(crm.createTask.prepare(input), fakeWriteCall('k'));
    expect(context.ledger.filter(({ kind }) => kind === 'task_created')).toEqual([
      expect.objectContaining({
        id: taskId,
        account: 'a_0001',
        to: 'am_1@vendor.example',
        key: input.marker,
        summary: input.subject,
      }),
    ]);
  });

  test('after a lost answer it is found by its marker, and only by that', async () => {
    const { crm } = connect(url);
    const id = await companyId();
    const payload = crm.createTask.prepare(taskInput({ companyId: id }));
    const look = () => crm.createTask.find?.(payload, { ...call(), idempotencyKey: 'k' });
    expect(await look()).toEqual({ kind: 'absent' });
    await crm.createTask.send(
      crm.createTask.prepare(taskInput({ companyId: id, marker: 'other' })),
      fakeWriteCall('k2'),
    );
    expect(await look()).toEqual({ kind: 'absent' });
    const { taskId } = await crm.createTask.send(payload, fakeWriteCall('k'));
    expect(await look()).toEqual({ kind: 'found', result: { taskId } });
  });

  test('is found among hundreds', async () => {
    const { crm } = connect(url);
    const id = await companyId();
    const make = (marker: string) => crm.createTask.prepare(taskInput({ companyId: id, marker }));
    const wanted = await crm.createTask.send(make('wanted'), fakeWriteCall('k'));
    for (let n = 0; n < 150; n++) await crm.createTask.send(make(`m${n}-`), fakeWriteCall('k'));
    const found = await crm.createTask.find?.(make('wanted'), { ...call(), idempotencyKey: 'k' });
    expect(found).toEqual({ kind: 'found', result: wanted });
  });

  test('an owner who has left is a refusal that says so', async () => {
    const { crm } = connect(url);
    const payload = crm.createTask.prepare(taskInput({ companyId: await companyId(), ownerId: '1' }));
    await expect(crm.createTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Owner with id 1'),
    });
  });

  test('is ticked off once, with the reason under its text', async () => {
    const { crm } = connect(url);
    const companies = { companyId: await companyId() };
    const { taskId } = await crm.createTask.send(crm.createTask.prepare(taskInput(companies)), fakeWriteCall('k'));
    const done = crm.completeTask.prepare({ taskId, note: 'They upgraded & are happy.' });
    await crm.completeTask.send(done, fakeWriteCall('k'));
    await crm.completeTask.send(done, fakeWriteCall('k'));
    const last = context.emitted.at(-1)?.event;
    expect(last).toMatchObject({ status: 'COMPLETED' });
    expect(JSON.stringify(last).split('They upgraded &amp; are happy.')).toHaveLength(2);
    expect(context.ledger.at(-1)).toMatchObject({ kind: 'task_updated', key: taskInput().marker });
  });

  test('one that was deleted cannot be ticked off any more', async () => {
    const { crm } = connect(url);
    const payload = crm.completeTask.prepare({ taskId: '404', note: '' });
    await expect(crm.completeTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('tags', () => {
  const tag = async (crm: Crm, fields: Record<string, string>) => {
    const payload = crm.tagAccount.prepare({ companyId: await companyId(), fields });
    return crm.tagAccount.send(payload, fakeWriteCall('k'));
  };
  const made = () => calls.filter((one) => one === 'POST /crm/properties/2026-09/companies').length;

  test('make the properties that they need, once', async () => {
    const { crm } = connect(url);
    await tag(crm, { qbr_tag: 'no upgrade', headroom_utilization: '0.95' });
    expect(context.ledger.filter(({ kind }) => kind === 'account_tagged')).toEqual([
      expect.objectContaining({
        account: 'a_0001',
        data: { headroom_qbr_tag: 'no upgrade', headroom_utilization: '0.95' },
      }),
    ]);
    expect(made()).toBe(6);
    await tag(crm, { qbr_tag: 'again' });
    await crm.ensureProperties(call());
    expect(made()).toBe(6);
    await tag(crm, { trial_ended_at: '2026-03-01' });
    expect(made()).toBe(7);
  });

  test('another process finds them there', async () => {
    await connect(url).crm.ensureProperties(call());
    await connect(url).crm.ensureProperties(call());
    expect(made()).toBe(6);
  });

  test('two processes at once both succeed', async () => {
    const ensure = () => connect(url).crm.ensureProperties(call());
    await expect(Promise.all([ensure(), ensure()])).resolves.toBeDefined();
  });

  test('the account id is made as a unique property where the company has none', async () => {
    const { crm } = connect(url, { settings: { account_key: 'our_account_id' } });
    await crm.ensureProperties(call());
    const response = await fetch(`${url}/crm/properties/2026-09/companies/our_account_id`, {
      headers: { authorization: `Bearer ${SECRETS.HUBSPOT_TOKEN}` },
    });
    expect(await response.json()).toMatchObject({ type: 'string', hasUniqueValue: true });
  });

  test('a property of another type is named, with what to do', async () => {
    const headers = { authorization: `Bearer ${SECRETS.HUBSPOT_TOKEN}`, 'content-type': 'application/json' };
    const kind = { name: 'headroom_utilization', label: 'U', type: 'string', fieldType: 'text' };
    const body = JSON.stringify({ ...kind, groupName: 'customer_information' });
    await fetch(`${url}/crm/properties/2026-09/companies`, { method: 'POST', headers, body });
    await expect(connect(url).crm.ensureProperties(call())).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/headroom_utilization is of type string, we write a number/),
    });
  });

  test('a company that was deleted is refused', async () => {
    const { crm } = connect(url);
    const payload = crm.tagAccount.prepare({ companyId: '404', fields: { qbr_tag: 'x' } });
    await expect(crm.tagAccount.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'refused' });
  });
});
