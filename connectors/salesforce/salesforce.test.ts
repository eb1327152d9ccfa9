import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Twin, WorldAccount } from '../../sandbox/frame/types.ts';
import type { Crm } from '../kit/capabilities.ts';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../kit/testing/twin-context.ts';
import { callWithin } from '../kit/time-limit.ts';
import { allAccounts, type ConnectOptions, connect, SECRETS, taskInput } from './testing/set-up.ts';
import { twin as makeTwin } from './twin/index.ts';

const account = (n: number): WorldAccount => ({
  type: 'account',
  receivedAt: '2026-03-02T00:00:00.000Z',
  account: `a_${String(n).padStart(4, '0')}`,
  name: `Company ${n}`,
  segment: 'mid_market',
  employees: 190,
  timezone: 'Europe/Berlin',
  region: 'eu',
  arrCents: 1_916_450,
  renewalDate: '2026-08-30',
  admin: { id: `u_${n}`, email: `p1@a${n}.example`, role: 'admin' },
  owner: { id: `am_${n % 7}`, email: `am_${n % 7}@vendor.example` },
});

const ID = /^[a-zA-Z0-9]{18}$/;
const KEYED = { task_key_field: 'Headroom_Key__c' };
const UPSERTED = { ...KEYED, task_key_is_external_id: true };

let context: FakeTwinContext;
let twin: Twin;
let server: FastifyInstance;
let url: string;
/** Calls that reached the simulator, oldest first; of queries only what they read from. */
let calls: string[];
/** The next write is done, and its answer lost. */
let loseNext: boolean;
beforeEach(async () => {
  // The hub's clock begins at NOW with each connection: the org's stands a moment before, so that all of it is past.
  context = fakeTwinContext({ now: '2026-03-20T09:59:59.000Z', secrets: SECRETS });
  twin = makeTwin(context);
  calls = [];
  server = fastify();
  server.addHook('onRequest', async (request) => {
    const [path = '', query] = request.url.split('?');
    const from = / FROM (\w+)/.exec(new URLSearchParams(query).get('q') ?? '')?.[1];
    calls.push(`${request.method} ${path.replace(/^\/services\/(data\/v67.0\/)?/, '')}${from ? ` ${from}` : ''}`);
  });
  loseNext = false;
  server.addHook('onSend', async (request, _reply, payload) => {
    if (!loseNext || request.method === 'GET') return payload;
    loseNext = false;
    request.raw.socket.resetAndDestroy();
    return new Promise(() => undefined);
  });
  await twin.routes?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  twin.apply(account(1));
});
afterEach(() => server.close());

const call = () => callWithin(5_000);
const read = async (crm: Crm = connect(url).crm) => (await allAccounts(crm.readAccounts(call())))[0];
const accountId = async () => (await read())?.externalId ?? '';
const act = (name: string, input: Parameters<Twin['acts'][string]>[0] = {}) => twin.acts[name]?.(input);
const signIns = () => calls.filter((one) => one.includes('token')).length;

describe('reading', () => {
  test('shows an account with its admin, cases, opt-outs and outreach', async () => {
    const at = { receivedAt: '2026-03-19T10:00:00.000Z', account: 'a_0001' };
    twin.apply({ ...at, type: 'ticket', id: 't_1', severity: 'severe', state: 'open' });
    twin.apply({ ...at, type: 'ticket', id: 't_2', severity: 'normal', state: 'open' });
    twin.apply({ ...at, type: 'ticket', id: 't_3', severity: 'severe', state: 'open' });
    twin.apply({ ...at, type: 'ticket', id: 't_3', severity: 'severe', state: 'closed' });
    twin.apply({ ...at, type: 'consent', person: 'u_1', category: 'marketing', state: 'opted_out' });
    twin.apply({ ...at, type: 'am_contact', by: 'am_1', channel: 'email' });
    twin.apply({ ...at, type: 'am_contact', by: 'am_1', channel: 'meeting' });
    const { crm } = connect(url);
    const owner = (await crm.readOwners(call())).find(({ email }) => email === 'am_1@vendor.example');
    expect(owner).toMatchObject({ id: expect.stringMatching(ID), active: true });
    expect(await read(crm)).toEqual({
      externalId: expect.stringMatching(ID),
      account: 'a_0001',
      profile: {
        name: 'Company 1',
        segment: 'mid_market',
        timezone: 'Europe/Berlin',
        ownerId: owner?.id,
        csmId: null,
        arrCents: 1_916_450,
        renewalOn: '2026-08-30',
      },
      contacts: [
        {
          externalId: expect.stringMatching(ID),
          email: 'p1@a1.example',
          name: 'p1',
          isAdmin: true,
          userId: 'u_1',
          optedOutOfMarketing: true,
          optedOutOfAll: false,
          hardBounced: false,
          createdAt: '2026-03-20T09:59:59.000Z',
        },
      ],
      tickets: [
        expect.objectContaining({ account: 'a_0001', severe: true, open: true, at: '2026-03-20T09:59:59.000Z' }),
        expect.objectContaining({ account: 'a_0001', severe: false, open: true }),
      ],
      outreach: [
        // Dated back to its day, as it was logged.
        {
          account: 'a_0001',
          by: owner?.id,
          channel: 'email',
          at: '2026-03-19T23:59:59.999Z',
          externalId: expect.any(String),
        },
        { account: 'a_0001', by: owner?.id, channel: 'meeting', at: at.receivedAt, externalId: expect.any(String) },
      ],
    });
  });

  test('takes the renewal from an opportunity where no field gives it', async () => {
    const settings = { arr_field: undefined, renewal_field: undefined, renewal_opportunities: ['Renewal'] };
    const found = await read(connect(url, { settings }).crm);
    expect(found?.profile).toMatchObject({ arrCents: 1_916_450, renewalOn: '2026-08-30' });
    const other = { ...settings, renewal_opportunities: ['New Business'] };
    expect((await read(connect(url, { settings: other }).crm))?.profile).toMatchObject({
      arrCents: null,
      renewalOn: null,
    });
  });

  test('goes past the 2,000 rows of one answer, some hundreds of accounts at a time, in few calls', async () => {
    for (let n = 2; n <= 2_050; n++) twin.apply(account(n));
    const { crm } = connect(url);
    const sizes: number[] = [];
    const seen = new Set<string | null>();
    for await (const page of crm.readAccounts(call())) {
      sizes.push(page.length);
      for (const one of page) {
        seen.add(one.account);
        expect(one.contacts).toHaveLength(1);
      }
    }
    expect(seen.size).toBe(2_050);
    expect(sizes).toEqual([300, 300, 300, 300, 300, 300, 200, 50]);
    expect(calls.filter((one) => one === 'GET query Account')).toHaveLength(2);
    // Each piece: contacts, cases, tasks, events.
    expect(calls).toHaveLength(1 + 2 + 8 * 4);
  });

  test('follows the locators of an answer that comes in pages', async () => {
    // One account whose people are too many for one answer.
    const accountRecord = await accountId();
    for (let n = 0; n < 2_100; n++) {
      await act('create_record', {
        object: 'Contact',
        values: { AccountId: accountRecord, LastName: `n${n}`, Email: `n${n}@a1.example` },
      });
    }
    expect((await read())?.contacts).toHaveLength(2_101);
  });

  test('of accounts that are not customers only as much as config asks for', async () => {
    const prospects = { settings: { account_types: ['Customer', "O'Brien\\"] } };
    expect(await read(connect(url, prospects).crm)).toMatchObject({ account: 'a_0001' });
    expect(
      await allAccounts(connect(url, { settings: { account_types: ['Partner'] } }).crm.readAccounts(call())),
    ).toEqual([]);
  });

  test('the picture of one account holds what was written a moment ago, by either form of its id', async () => {
    const id = await accountId();
    const { crm } = connect(url);
    await act('open_ticket', { account: 'a_0001' });
    await act('log_call', { account: 'a_0001', ownerId: null, body: 'Talked.' });
    await act('opt_out', { email: 'p1@a1.example', category: 'product' });
    const [now, ...others] = await crm.readAccountsById([id, id.slice(0, 15)], call());
    expect(others).toEqual([]);
    expect(now).toMatchObject({
      externalId: id,
      tickets: [{ severe: true, open: true }],
      outreach: [{ channel: 'call' }],
      contacts: [{ optedOutOfAll: true, optedOutOfMarketing: true }],
    });
  });

  test('what is no id never becomes part of a query', async () => {
    const { crm } = connect(url);
    const id = "' OR Name != '";
    expect(await crm.readAccountsById([id, '40000000001'], call())).toEqual([]);
    expect(() => crm.tagAccount.prepare({ companyId: id, fields: {} })).toThrow(/is no id/);
    expect(() => crm.createTask.prepare(taskInput({ ownerId: id }))).toThrow(/is no id/);
    expect(calls).toEqual([]);
  });

  test('our own writes are no outreach', async () => {
    const { crm } = connect(url);
    const id = await accountId();
    const { taskId } = await crm.createTask.send(
      crm.createTask.prepare(taskInput({ companyId: id })),
      fakeWriteCall('k'),
    );
    await crm.completeTask.send(crm.completeTask.prepare({ taskId, note: 'done' }), fakeWriteCall('k'));
    await crm.tagAccount.send(crm.tagAccount.prepare({ companyId: id, fields: { qbr_tag: 'x' } }), fakeWriteCall('k'));
    expect(await read()).toMatchObject({ outreach: [] });
  });

  test('a mail that headroom itself sent and Salesforce logged is no outreach', async () => {
    await act('log_contact', { account: 'a_0001', by: 'am_1', channel: 'email' });
    expect(await read()).toMatchObject({ outreach: [{ channel: 'email' }] });
    const { crm } = connect(url, { mailFrom: 'Success <AM_1@vendor.example>' });
    expect(await read(crm)).toMatchObject({ outreach: [] });
  });

  test('a wrong secret is told as such', async () => {
    const wrong = connect(url, { secrets: { SALESFORCE_CLIENT_SECRET: 'wrong' } });
    await expect(wrong.check(call())).rejects.toMatchObject({ code: 'authentication' });
    await expect(connect(url).check(call())).resolves.toBeUndefined();
  });
});

describe('reading again', () => {
  const outreach = async (crm: Crm) => (await read(crm))?.outreach.map(({ channel }) => channel);
  const log = (channel: string) => act('log_contact', { account: 'a_0001', by: 'am_1', channel });

  test('asks for the outreach that is new since the last whole read, with an overlap', async () => {
    const { crm } = connect(url);
    await allAccounts(crm.readAccounts(call()));
    // Stamped an hour before that read: it would have been in it.
    await context.advanceTo('2026-03-20T09:00:00.000Z');
    await log('call');
    expect(await outreach(crm)).toEqual([]);
    // Stamped within the half hour before: its transaction may not have been over yet.
    await context.advanceTo('2026-03-20T09:45:00.000Z');
    await log('email');
    expect(await outreach(crm)).toEqual(['email']);
  });

  test('a meeting that was entered long before counts when its time has come', async () => {
    const { crm } = connect(url);
    await allAccounts(crm.readAccounts(call()));
    await context.advanceTo('2026-03-10T09:00:00.000Z');
    const meeting = { type: 'am_contact', account: 'a_0001', by: 'am_1', channel: 'meeting' } as const;
    twin.apply({ ...meeting, receivedAt: '2026-03-20T09:50:00.000Z' });
    twin.apply({ ...meeting, receivedAt: '2026-03-21T09:50:00.000Z' });
    expect((await read(crm))?.outreach).toMatchObject([{ channel: 'meeting', at: '2026-03-20T09:50:00.000Z' }]);
  });

  test('an account that was linked since is read whole', async () => {
    const { crm } = connect(url);
    await allAccounts(crm.readAccounts(call()));
    await context.advanceTo('2026-02-20T10:00:00.000Z');
    twin.apply({ ...account(2), receivedAt: '2026-02-20T10:00:00.000Z' });
    await act('log_call', { account: 'a_0002', ownerId: null, body: '' });
    await act('log_call', { account: 'a_0001', ownerId: null, body: '' });
    const [first, second] = await allAccounts(crm.readAccounts(call()));
    expect(first?.outreach).toEqual([]);
    expect(second?.outreach).toMatchObject([{ channel: 'call' }]);
  });

  test('a read that was broken off is no ground for the next one', async () => {
    const { crm } = connect(url);
    await context.advanceTo('2026-03-01T10:00:00.000Z');
    await log('call');
    for await (const _ of crm.readAccounts(call())) break;
    expect(await outreach(crm)).toEqual(['call']);
    expect(await outreach(crm)).toEqual([]);
  });
});

describe('signing in', () => {
  test('happens once for many calls at once', async () => {
    const { crm } = connect(url);
    await Promise.all([read(crm), read(crm), crm.readOwners(call()), crm.ensureProperties(call())]);
    expect(signIns()).toBe(1);
  });

  test('happens again, once, when the session has ended without notice', async () => {
    const { crm } = connect(url);
    await read(crm);
    await act('end_sessions');
    await Promise.all([read(crm), crm.readOwners(call()), crm.readOwners(call())]);
    expect(signIns()).toBe(2);
  });

  test('a write whose session has ended is sent once more, and is there once', async () => {
    const { crm } = connect(url);
    const payload = crm.createTask.prepare(taskInput({ companyId: await accountId() }));
    await crm.readOwners(call());
    await act('end_sessions');
    let announced = 0;
    const write = { ...fakeWriteCall('k'), sending: async () => void announced++ };
    await crm.createTask.send(payload, write);
    expect(announced).toBe(1);
    expect(context.ledger.filter(({ kind }) => kind === 'task_created')).toHaveLength(1);
  });
});

describe.each([
  ['by its key in the comments', {}],
  ['by its key in a field', KEYED],
  ['by upsert', UPSERTED],
])('tasks %s', (_, settings) => {
  const open = (more: ConnectOptions = {}) => connect(url, { ...more, settings: { ...settings, ...more.settings } });
  const created = () => context.ledger.filter(({ kind }) => kind === 'task_created');

  test('one stands on the account and the contact, for the owner, under its key', async () => {
    const { crm } = open();
    const found = await read(crm);
    const input = taskInput({
      companyId: found?.externalId ?? '',
      contactId: found?.contacts[0]?.externalId ?? null,
      ownerId: found?.profile.ownerId ?? null,
    });
    const { taskId } = await crm.createTask.send(crm.createTask.prepare(input), fakeWriteCall('k'));
    expect(created()).toEqual([
      expect.objectContaining({
        id: taskId,
        account: 'a_0001',
        to: 'am_1@vendor.example',
        key: input.marker,
        summary: input.subject,
        data: expect.objectContaining({ status: 'Not Started', dueAt: '2026-03-22' }),
      }),
    ]);
  });

  test('after a lost answer it is found by its key, and only by that', async () => {
    const { crm } = open();
    const companyId = await accountId();
    const payload = crm.createTask.prepare(taskInput({ companyId }));
    const look = () => crm.createTask.find?.(payload, { ...call(), idempotencyKey: 'k' });
    expect(await look()).toEqual({ kind: 'absent' });
    const other = crm.createTask.prepare(taskInput({ companyId, marker: 'other' }));
    await crm.createTask.send(other, fakeWriteCall('k2'));
    expect(await look()).toEqual({ kind: 'absent' });
    const { taskId } = await crm.createTask.send(payload, fakeWriteCall('k'));
    expect(await look()).toEqual({ kind: 'found', result: { taskId } });
  });

  test('one whose answer got lost is there once, whichever way the doubt is settled', async () => {
    const { crm } = open();
    const { createTask } = crm;
    const payload = createTask.prepare(taskInput({ companyId: await accountId() }));
    await crm.readOwners(call());
    loseNext = true;
    const repeatable = createTask.idempotency === 'vendor_key';
    await expect(createTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({
      code: repeatable ? 'transient' : 'outcome_unknown',
    });
    if (repeatable) await createTask.send(payload, fakeWriteCall('k'));
    else expect(await createTask.find?.(payload, { ...call(), idempotencyKey: 'k' })).toMatchObject({ kind: 'found' });
    expect(created()).toHaveLength(1);
  });

  test('one that somebody has deleted since was there all the same', async () => {
    const { crm } = open();
    const payload = crm.createTask.prepare(taskInput({ companyId: await accountId() }));
    const { taskId } = await crm.createTask.send(payload, fakeWriteCall('k'));
    await act('delete_record', { object: 'Task', id: taskId });
    const found = await crm.createTask.find?.(payload, { ...call(), idempotencyKey: 'k' });
    expect(found).toEqual({ kind: 'found', result: { taskId } });
  });

  test('an owner who has left is a refusal that says so', async () => {
    const { crm } = open();
    const found = await read(crm);
    await act('deactivate_user', { email: 'am_1@vendor.example' });
    const ownerId = found?.profile.ownerId ?? null;
    const payload = crm.createTask.prepare(taskInput({ companyId: found?.externalId ?? '', ownerId }));
    await expect(crm.createTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('inactive user'),
    });
  });

  test('a locked account is tried again: nothing was written', async () => {
    const { crm } = open();
    const payload = crm.createTask.prepare(taskInput({ companyId: await accountId() }));
    await act('lock_account', { account: 'a_0001' });
    await expect(crm.createTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'transient' });
    expect(created()).toEqual([]);
    await crm.createTask.send(payload, fakeWriteCall('k'));
    expect(created()).toHaveLength(1);
  });

  test('is ticked off once, with the reason under its text', async () => {
    const { crm } = open();
    const companyId = await accountId();
    const { taskId } = await crm.createTask.send(crm.createTask.prepare(taskInput({ companyId })), fakeWriteCall('k'));
    const done = crm.completeTask.prepare({ taskId, note: 'They upgraded & are happy.' });
    await crm.completeTask.send(done, fakeWriteCall('k'));
    await crm.completeTask.send(done, fakeWriteCall('k'));
    const last = context.emitted.at(-1)?.event;
    expect(last).toMatchObject({ status: 'Completed', companyId });
    expect(JSON.stringify(last).split('They upgraded & are happy.')).toHaveLength(2);
    expect(context.ledger.at(-1)).toMatchObject({ kind: 'task_updated', key: taskInput().marker });
  });
});

describe('a write in words, for whoever must find out whether it arrived', () => {
  const COMPANY = '001Hr0000000001IAA';
  const words = (settings: Record<string, unknown> = {}) => connect(url, { settings }).crm;

  test.each([
    [{}, `${taskInput().marker} in the comments of a task`],
    [KEYED, `Headroom_Key__c = ${taskInput().marker}`],
    [UPSERTED, `Headroom_Key__c = ${taskInput().marker}`],
  ])('a task with %j names its account, its subject and its key', (settings, lookFor) => {
    const { createTask } = words(settings);
    expect(createTask.explain?.(createTask.prepare(taskInput({ companyId: COMPANY })), 'k')).toEqual({
      to: `account ${COMPANY}`,
      what: taskInput().subject,
      where: `the activities of account ${COMPANY} in Salesforce, the recycle bin included`,
      lookFor,
    });
  });

  test('what it says to look for is what stands there', async () => {
    const { crm } = connect(url);
    const payload = crm.createTask.prepare(taskInput({ companyId: await accountId(), body: 'No link in here.' }));
    await crm.createTask.send(payload, fakeWriteCall('k'));
    const [key = ''] = crm.createTask.explain?.(payload, 'k').lookFor.split(' in the comments') ?? [];
    expect(key).toBe(taskInput().marker);
    expect(JSON.stringify(context.emitted.at(-1)?.event)).toContain(key);
  });

  test('a task that is ticked off, by the status of this org', () => {
    const { completeTask } = words({ completed_status: 'Erledigt' });
    const payload = completeTask.prepare({ taskId: '00THr0000000001MAA', note: 'They upgraded.' });
    expect(completeTask.explain?.(payload, 'k')).toEqual({
      to: 'task 00THr0000000001MAA',
      what: 'They upgraded.',
      where: 'task 00THr0000000001MAA in Salesforce',
      lookFor: 'its status Erledigt',
    });
  });

  test('fields of an account, by the names that they have there', () => {
    const { tagAccount } = words();
    const payload = tagAccount.prepare({
      companyId: COMPANY,
      fields: { qbr_tag: 'seats 96 %', last_trigger: 'urgent' },
    });
    expect(tagAccount.explain?.(payload, 'k')).toEqual({
      to: `account ${COMPANY}`,
      what: 'Headroom_QBR_Tag__c = seats 96 %, Headroom_Last_Trigger__c = urgent',
      where: `the fields of account ${COMPANY} in Salesforce`,
      lookFor: 'Headroom_QBR_Tag__c, Headroom_Last_Trigger__c',
    });
  });
});

describe('tasks', () => {
  test('the same key sent twice by upsert is one task, and does not reopen it', async () => {
    const { crm } = connect(url, { settings: UPSERTED });
    expect(crm.createTask.idempotency).toBe('vendor_key');
    const payload = crm.createTask.prepare(taskInput({ companyId: await accountId() }));
    const { taskId } = await crm.createTask.send(payload, fakeWriteCall('k'));
    await act('complete_task', { taskId });
    expect(await crm.createTask.send(payload, fakeWriteCall('k'))).toEqual({ taskId });
    expect(context.ledger.filter(({ kind }) => kind === 'task_created')).toHaveLength(1);
    expect(context.emitted.at(-1)?.event).toMatchObject({ status: 'Completed' });
  });

  test('the comments keep the key however long they are', async () => {
    const { crm } = connect(url);
    const input = taskInput({ companyId: await accountId(), body: 'x'.repeat(40_000), subject: 'y'.repeat(300) });
    const payload = crm.createTask.prepare(input);
    const { taskId } = await crm.createTask.send(payload, fakeWriteCall('k'));
    const found = await crm.createTask.find?.(payload, { ...call(), idempotencyKey: 'k' });
    expect(found).toEqual({ kind: 'found', result: { taskId } });
  });

  test('one that was deleted cannot be ticked off any more', async () => {
    const { crm } = connect(url);
    const companyId = await accountId();
    const { taskId } = await crm.createTask.send(crm.createTask.prepare(taskInput({ companyId })), fakeWriteCall('k'));
    await act('delete_record', { object: 'Task', id: taskId });
    const payload = crm.completeTask.prepare({ taskId, note: '' });
    await expect(crm.completeTask.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'refused' });
  });

  test('a key field that is missing, or not unique, is named before anything is sent', async () => {
    const companyId = await accountId();
    const send = () => {
      const { crm } = connect(url, { settings: UPSERTED });
      return crm.createTask.send(crm.createTask.prepare(taskInput({ companyId })), fakeWriteCall('k'));
    };
    await act('change_field', { object: 'Task', name: 'Headroom_Key__c', unique: false });
    await expect(send()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('not both External ID and Unique'),
    });
    await act('remove_field', { object: 'Task', name: 'Headroom_Key__c' });
    await expect(send()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/no field Headroom_Key__c on Activity: create it .*External ID and Unique/),
    });
    expect(context.ledger).toEqual([]);
  });
});

describe('tags', () => {
  const tag = async (crm: Crm, fields: Record<string, string>) => {
    const payload = crm.tagAccount.prepare({ companyId: await accountId(), fields });
    return crm.tagAccount.send(payload, fakeWriteCall('k'));
  };

  test('go to the fields of the org, in their types, as long as they may be', async () => {
    const { crm } = connect(url);
    const at = '2026-03-19T10:00:00.000Z';
    const trigger = 't'.repeat(100);
    await tag(crm, { qbr_tag: 'no upgrade', headroom_utilization: '95', last_trigger_at: at, last_trigger: trigger });
    expect(context.ledger.filter(({ kind }) => kind === 'account_tagged')).toEqual([
      expect.objectContaining({
        account: 'a_0001',
        data: {
          Headroom_QBR_Tag__c: 'no upgrade',
          Headroom_Utilization__c: 95,
          Headroom_Last_Trigger_At__c: at,
          Headroom_Last_Trigger__c: 't'.repeat(80),
        },
      }),
    ]);
    const describes = () => calls.filter((one) => one.endsWith('Account/describe')).length;
    await tag(crm, { qbr_tag: 'again' });
    expect(describes()).toBe(1);
  });

  test('a field that is missing is named, with how to create it; created, it is found at once', async () => {
    const { crm } = connect(url);
    await act('remove_field', { object: 'Account', name: 'Headroom_QBR_Tag__c' });
    await expect(tag(crm, { qbr_tag: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/no field Headroom_QBR_Tag__c on Account: create it \(Setup .*Text\(255\)\)/),
    });
    await act('create_field', { object: 'Account', name: 'Headroom_QBR_Tag__c', type: 'string', length: 255 });
    await expect(tag(crm, { qbr_tag: 'x' })).resolves.toBeDefined();
  });

  test('a field of another type is named, with what to do', async () => {
    await act('change_field', { object: 'Account', name: 'Headroom_Utilization__c', type: 'string' });
    await expect(tag(connect(url).crm, { utilization: '95' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Headroom_Utilization__c is of type string, we write Number'),
    });
  });

  test('an account that was deleted is refused', async () => {
    const { crm } = connect(url);
    const payload = crm.tagAccount.prepare({ companyId: '001Hr00000zzzzz', fields: { qbr_tag: 'x' } });
    await expect(crm.tagAccount.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'refused' });
  });

  test('without the field that links accounts there is nothing to read', async () => {
    await act('remove_field', { object: 'Account', name: 'Headroom_Account_Id__c' });
    await expect(connect(url).crm.ensureProperties(call())).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('no field Headroom_Account_Id__c on Account'),
    });
  });

  test('a field of config that the org does not show fails the read, and is named', async () => {
    const { crm } = connect(url, { settings: { arr_field: 'Annual__c' } });
    await expect(read(crm)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/'Annual__c' on entity 'Account'.*field-level security/),
    });
  });
});

describe('the quota of the day', () => {
  test('once spent pauses the whole connection, and is asked for again after half an hour of business time', async () => {
    const { crm, dependencies } = connect(url, { scale: 60 });
    await read(crm);
    await act('set_daily_limit', { limit: 3 });
    await expect(read(crm)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
    expect(dependencies.pauses).toEqual([
      { wireMs: expect.any(Number), reason: expect.stringMatching(/TotalRequests.*of 120000 calls/) },
    ]);
    expect((dependencies.pauses[0]?.wireMs ?? 0) - Date.now()).toBeGreaterThan(25_000);
  });
});
