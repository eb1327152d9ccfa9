import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Twin, WorldAccount, WorldRow } from '../../../sandbox/frame/types.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { twin as makeTwin } from './index.ts';

const TOKEN = 'pat-na1-0123456789abcdef';
const NOW = '2026-03-09T10:00:00.000Z';
const account = (n: number, more: Partial<WorldAccount> = {}): WorldAccount => ({
  type: 'account',
  receivedAt: '2026-03-02T00:00:00.000Z',
  account: `a_000${n}`,
  name: `Company ${n}`,
  segment: 'smb',
  employees: 19,
  timezone: 'America/Denver',
  region: 'us',
  arrCents: 1_916_450,
  renewalDate: '2026-03-30',
  admin: { id: `u_000${n}_1`, email: `p1@a000${n}.example`, role: 'admin' },
  owner: { id: 'am_09', email: 'am_09@vendor.example' },
  ...more,
});

let context: FakeTwinContext;
let twin: Twin;
let server: FastifyInstance;
let url: string;
beforeEach(async () => {
  context = fakeTwinContext({ now: NOW, secrets: { HUBSPOT_TOKEN: TOKEN } });
  twin = makeTwin(context);
  server = fastify();
  await twin.routes?.(server);
  twin.view?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

const play = (...rows: WorldRow[]) => {
  for (const row of rows) twin.apply(row);
};

// The wire is loose JSON here: each test says what it expects of it.
interface Reply {
  status: number;
  headers: Headers;
  body: {
    [key: string]: unknown;
    id: string;
    results: { [key: string]: unknown; id: string; properties: Record<string, string | null> }[];
    properties: Record<string, string | null>;
    paging?: { next: { after: string } };
  };
}
async function ask(method: string, path: string, body?: unknown, token = TOKEN): Promise<Reply> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
const objects = (type: string) => `/crm/objects/2026-09/${type}`;
const readBatch = (type: string, ids: string[], properties: string[]) =>
  ask('POST', `${objects(type)}/batch/read`, {
    inputs: ids.map((id) => ({ id })),
    properties,
    propertiesWithHistory: [],
  });
const linked = async (id: string, to: string): Promise<string[]> => {
  const { body } = await ask('POST', `/crm/associations/2026-09/companies/${to}/batch/read`, { inputs: [{ id }] });
  const [result] = body.results as unknown as { to: { toObjectId: number }[] }[]; // the documented form
  return (result?.to ?? []).map(({ toObjectId }) => String(toObjectId));
};
const companyId = async (index = 0) =>
  (await ask('GET', `${objects('companies')}?limit=100`)).body.results[index]?.id ?? '';
const task = (properties: Record<string, string>, associations: unknown[] = []) =>
  ask('POST', objects('tasks'), { properties: { hs_timestamp: NOW, ...properties }, associations });
const association = (id: string, associationTypeId: number) => ({
  to: { id },
  types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }],
});

describe('access', () => {
  test.each(['', 'pat-na1-wrong'])('is refused with the token %j', async (token) => {
    const { status, body } = await ask('GET', objects('companies'), undefined, token);
    expect(status).toBe(401);
    expect(body).toMatchObject({
      status: 'error',
      category: 'INVALID_AUTHENTICATION',
      correlationId: expect.any(String),
    });
  });

  test('numbered paths are not there', async () => {
    expect((await ask('GET', '/crm/v3/objects/companies')).status).toBe(404);
  });

  test('the 191st call in ten seconds of the wire clock is refused, and the window rolls on', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const first = await ask('GET', '/crm/owners/2026-09');
    expect(first.headers.get('x-hubspot-ratelimit-max')).toBe('190');
    expect(first.headers.get('x-hubspot-ratelimit-remaining')).toBe('189');
    expect(first.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    for (let n = 1; n < 190; n++) await ask('GET', '/crm/owners/2026-09');
    const refused = await ask('GET', '/crm/owners/2026-09');
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' });
    vi.setSystemTime(1_010_001);
    expect((await ask('GET', '/crm/owners/2026-09')).status).toBe(200);
  });
});

describe('objects', () => {
  test('a list comes in pages, with the properties that were asked for', async () => {
    play(account(1), account(2), account(3));
    const first = await ask('GET', `${objects('companies')}?limit=2&properties=name,headroom_arr,domain,nonsense`);
    expect(first.body.results.map(({ properties }) => properties.name)).toEqual(['Company 1', 'Company 2']);
    expect(first.body.results[0]?.properties).toMatchObject({ headroom_arr: '19164.50', domain: null });
    expect(first.body.results[0]?.properties).not.toHaveProperty('nonsense');
    const second = await ask('GET', `${objects('companies')}?limit=2&after=${first.body.paging?.next.after}`);
    expect(second.body.results).toHaveLength(1);
    expect(second.body.paging).toBeUndefined();
    expect((await ask('GET', `${objects('companies')}?limit=101`)).status).toBe(400);
  });

  test('a batch read answers 207 where some ids are gone, and 400 without its three arrays', async () => {
    play(account(1));
    const id = await companyId();
    const mixed = await readBatch('companies', [id, '123'], ['name']);
    expect(mixed.status).toBe(207);
    expect(mixed.body).toMatchObject({
      results: [{ id }],
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['123'] } }],
    });
    expect((await readBatch('companies', [id], ['name'])).status).toBe(200);
    const bare = await ask('POST', `${objects('companies')}/batch/read`, { inputs: [{ id }], properties: ['name'] });
    expect(bare.status).toBe(400);
    expect(
      (
        await readBatch(
          'companies',
          Array.from({ length: 101 }, (_, n) => String(n)),
          [],
        )
      ).status,
    ).toBe(400);
  });

  test('a write bumps the modification date, and must be of properties that exist', async () => {
    play(account(1));
    const id = await companyId();
    const wrong = await ask('PATCH', `${objects('companies')}/${id}`, { properties: { headroom_qbr_tag: 'x' } });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject({ category: 'VALIDATION_ERROR', errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] });
    const done = await ask('PATCH', `${objects('companies')}/${id}`, { properties: { name: 'New' } });
    expect(done.body.properties).toMatchObject({ name: 'New', hs_lastmodifieddate: NOW });
    expect((await ask('PATCH', `${objects('companies')}/404`, { properties: {} })).body).toMatchObject({
      category: 'OBJECT_NOT_FOUND',
    });
  });

  test('a unique value belongs to one record', async () => {
    play(account(1), account(2));
    const second = await companyId(1);
    const path = `${objects('companies')}/${second}`;
    const { status } = await ask('PATCH', path, { properties: { headroom_account_id: 'a_0001' } });
    expect(status).toBe(409);
    expect((await ask('PATCH', path, { properties: { headroom_account_id: 'a_0002' } })).status).toBe(200);
  });
});

describe('associations', () => {
  test('of a company without any are an error entry of a 207', async () => {
    play(account(1));
    const id = await companyId();
    const path = '/crm/associations/2026-09/companies/tickets/batch/read';
    const { status, body } = await ask('POST', path, { inputs: [{ id }] });
    expect(status).toBe(207);
    expect(body).toMatchObject({ results: [], errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }] });
  });

  test('of a company with many come in pages of their own', async () => {
    play(account(1));
    const id = await companyId();
    for (let n = 0; n < 101; n++) await twin.acts.open_ticket?.({ account: 'a_0001', severity: 'low' });
    const path = '/crm/associations/2026-09/companies/tickets/batch/read';
    const { body } = await ask('POST', path, { inputs: [{ id }] });
    const [first] = body.results as unknown as { to: unknown[]; paging: { next: { after: string } } }[]; // the documented form
    expect(first?.to).toHaveLength(100);
    const rest = await ask('POST', path, { inputs: [{ id, after: first?.paging.next.after }] });
    expect(rest.body.results[0]).toMatchObject({ to: [{ associationTypes: [{ typeId: 340 }] }] });
  });
});

describe('tasks', () => {
  test('need a due date, an owner who exists, and types of the right direction', async () => {
    play(account(1));
    const id = await companyId();
    expect((await ask('POST', objects('tasks'), { properties: { hs_task_subject: 'x' } })).status).toBe(400);
    expect((await task({ hubspot_owner_id: '1' })).body.message).toContain('Owner with id 1');
    expect((await task({ hs_task_priority: 'URGENT' })).status).toBe(400);
    expect((await task({}, [association(id, 191)])).body.message).toContain('191');
    expect((await task({}, [association('404', 192)])).status).toBe(400);
    expect(context.ledger).toEqual([]);
    expect((await task({}, [association(id, 192)])).status).toBe(201);
  });

  test('are seen by people: ledger, word to whoever works with them, and the page', async () => {
    play(account(1));
    const id = await companyId();
    const contact = (await linked(id, 'contacts'))[0] ?? '';
    const owner = (await ask('GET', '/crm/owners/2026-09?email=am_09@vendor.example')).body.results[0]?.id ?? '';
    const made = await task(
      {
        hs_task_subject: 'Call <them>',
        hs_task_body: 'Why not.<br>Ref: abc-1_x',
        hs_task_status: 'NOT_STARTED',
        hubspot_owner_id: owner,
      },
      [association(id, 192), association(contact, 204)],
    );
    expect(context.ledger).toEqual([
      expect.objectContaining({
        kind: 'task_created',
        account: 'a_0001',
        to: 'am_09@vendor.example',
        key: 'abc-1_x',
        id: made.body.id,
      }),
    ]);
    expect(context.emitted).toEqual([
      {
        name: 'crm.task',
        event: expect.objectContaining({ id: made.body.id, companyId: id, account: 'a_0001', status: 'NOT_STARTED' }),
      },
    ]);
    expect(await linked(id, 'tasks')).toEqual([made.body.id]);
    await ask('PATCH', `${objects('tasks')}/${made.body.id}`, { properties: { hs_task_status: 'COMPLETED' } });
    expect(context.ledger[1]).toMatchObject({ kind: 'task_updated', key: 'abc-1_x' });
    const page = await (await fetch(`${url}/_view`)).text();
    expect(page).toContain('Call &lt;them&gt;');
    expect(page).toContain('COMPLETED');
  });

  test('a person may tick one off, which is no write of the hub', async () => {
    play(account(1));
    const { body } = await task({ hs_task_subject: 'x' }, [association(await companyId(), 192)]);
    await twin.acts.complete_task?.({ taskId: body.id });
    expect(context.ledger.map(({ kind, act }) => act ?? kind)).toEqual(['task_created', 'task_completed']);
    expect(context.emitted.at(-1)).toMatchObject({ event: { status: 'COMPLETED' } });
  });
});

describe('properties', () => {
  const property = {
    name: 'headroom_qbr_tag',
    label: 'QBR tag',
    type: 'string',
    fieldType: 'text',
    groupName: 'headroom',
  };
  const path = '/crm/properties/2026-09/companies';

  test('need their group first, exist once, and can be written from then on', async () => {
    play(account(1));
    expect((await ask('POST', path, property)).status).toBe(400);
    expect((await ask('POST', `${path}/groups`, { name: 'headroom', label: 'Headroom' })).status).toBe(201);
    expect((await ask('POST', `${path}/groups`, { name: 'headroom', label: 'Headroom' })).status).toBe(409);
    expect((await ask('POST', path, property)).status).toBe(201);
    expect((await ask('POST', path, property)).status).toBe(409);
    expect((await ask('GET', `${path}/headroom_qbr_tag`)).body).toMatchObject({
      type: 'string',
      hasUniqueValue: false,
    });
    const id = await companyId();
    await ask('PATCH', `${objects('companies')}/${id}`, { properties: { headroom_qbr_tag: 'no upgrade' } });
    expect(context.ledger).toEqual([
      expect.objectContaining({ kind: 'account_tagged', account: 'a_0001', summary: 'headroom_qbr_tag = no upgrade' }),
    ]);
  });
});

describe('the world', () => {
  const told = () =>
    context.ledger.flatMap(({ kind, fact, account: about, to }) =>
      kind === 'fact_told' ? [{ ...fact, account: about, to }] : [],
    );
  const settled = () => vi.waitFor(() => expect(told().length).toBeGreaterThan(0));

  test('a new admin is a new contact, and the old one loses the role', async () => {
    play(account(1));
    play(
      account(1, {
        receivedAt: '2026-03-05T00:00:00.000Z',
        admin: { id: 'u_0001_9', email: 'p9@a0001.example', role: 'admin' },
      }),
    );
    const ids = await linked(await companyId(), 'contacts');
    const { body } = await readBatch('contacts', ids, ['email', 'headroom_role', 'headroom_user_id']);
    expect(
      body.results.map(({ properties: { email, headroom_role, headroom_user_id } }) => [
        email,
        headroom_role,
        headroom_user_id,
      ]),
    ).toEqual([
      ['p1@a0001.example', null, 'u_0001_1'],
      ['p9@a0001.example', 'admin', 'u_0001_9'],
    ]);
  });

  test('a severe ticket counts as told when an answer carries it, first open and then closed', async () => {
    const row = { type: 'ticket', id: 't_1', account: 'a_0001', severity: 'severe' } as const;
    play(account(1), { ...row, receivedAt: '2026-03-03T00:00:00.000Z', state: 'open' });
    const ids = await linked(await companyId(), 'tickets');
    const wanted = ['hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority'];
    await readBatch('tickets', ids, ['subject']);
    await readBatch('tickets', ids, wanted);
    await readBatch('tickets', ids, wanted);
    await settled();
    expect(told()).toEqual([{ rule: 'severe_ticket', id: 't_1', state: 'open', account: 'a_0001', to: null }]);
    play({ ...row, receivedAt: '2026-03-04T00:00:00.000Z', state: 'closed' });
    await readBatch('tickets', ids, wanted);
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(told()[1]).toMatchObject({ id: 't_1', state: 'closed' });
  });

  test('an ordinary ticket, and a severe one that was over before anybody asked, are not told', async () => {
    const at = { receivedAt: '2026-03-03T00:00:00.000Z', type: 'ticket', account: 'a_0001' } as const;
    play(
      account(1),
      { ...at, id: 't_1', severity: 'normal', state: 'open' },
      { ...at, id: 't_2', severity: 'severe', state: 'open' },
      { ...at, id: 't_2', severity: 'severe', state: 'closed' },
    );
    const ids = await linked(await companyId(), 'tickets');
    await readBatch('tickets', ids, ['hs_pipeline_stage', 'hs_ticket_priority']);
    await ask('GET', '/crm/owners/2026-09');
    expect(told()).toEqual([]);
  });

  test.each([
    ['marketing', { hs_email_optout_70001: 'true', hs_email_optout: null }],
    ['product', { hs_email_optout_70001: null, hs_email_optout: 'true' }],
  ] as const)('an opt-out of %s stands on the contact, and is taken back', async (category, shown) => {
    const row = { type: 'consent', person: 'u_0001_1', category } as const;
    play(account(1), { ...row, receivedAt: '2026-03-03T00:00:00.000Z', state: 'opted_out' });
    const ids = await linked(await companyId(), 'contacts');
    const wanted = ['hs_email_optout', 'hs_email_optout_70001'];
    expect((await readBatch('contacts', ids, wanted)).body.results[0]?.properties).toMatchObject(shown);
    await settled();
    play({ ...row, receivedAt: '2026-03-08T00:00:00.000Z', state: 'opted_in' });
    await readBatch('contacts', ids, wanted);
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    const person = { rule: 'opted_out', id: 'p1@a0001.example', to: 'p1@a0001.example', account: 'a_0001' };
    expect(told()).toEqual([
      { ...person, state: 'open' },
      { ...person, state: 'closed' },
    ]);
  });

  test.each(['call', 'email', 'meeting'] as const)(
    'a logged %s is an activity of the owner with the company',
    async (channel) => {
      play(account(1), {
        type: 'am_contact',
        receivedAt: '2026-03-04T02:00:00.000Z',
        account: 'a_0001',
        by: 'am_09',
        channel,
      });
      const ids = await linked(await companyId(), `${channel}s`);
      const { body } = await readBatch(`${channel}s`, ids, ['hs_timestamp', 'hubspot_owner_id']);
      const owner = (await ask('GET', '/crm/owners/2026-09')).body.results[0]?.id;
      expect(body.results[0]?.properties).toMatchObject({
        hs_timestamp: '2026-03-04T02:00:00.000Z',
        hubspot_owner_id: owner,
      });
      await settled();
      expect(told()).toEqual([{ rule: 'am_contact', id: ids[0], state: 'open', account: 'a_0001', to: null }]);
    },
  );
});

describe('acts', () => {
  test('people log contacts, open and close tickets, and opt out', async () => {
    play(account(1));
    await twin.acts.log_call?.({ account: 'a_0001', ownerId: 'am_09', body: 'Talked.' });
    await twin.acts.log_contact?.({ account: 'a_0001', by: 'am_09', channel: 'meeting' });
    const opened = await twin.acts.open_ticket?.({ account: 'a_0001' });
    await twin.acts.close_ticket?.(opened as { id: string }); // what open_ticket answers
    await twin.acts.opt_out?.({ email: 'p1@a0001.example', category: 'marketing' });
    expect(context.ledger.map(({ kind, act, account: about }) => [kind, act, about])).toEqual([
      ['act', 'logged_call', 'a_0001'],
      ['act', 'logged_meeting', 'a_0001'],
      ['act', 'ticket_opened', 'a_0001'],
      ['act', 'ticket_closed', 'a_0001'],
      ['act', 'opted_out', 'a_0001'],
    ]);
    expect(context.ledger.at(-1)).toMatchObject({ to: 'p1@a0001.example' });
    expect(await linked(await companyId(), 'calls')).toHaveLength(1);
  });

  test.each([
    ['log_call', { account: 'a_0009' }],
    ['complete_task', { taskId: '1' }],
    ['close_ticket', { id: '1' }],
    ['opt_out', { email: 'nobody@example.com' }],
    ['log_contact', { account: 'a_0001', channel: 'fax' }],
  ])('%s of what is not there says so', async (name, input) => {
    play(account(1));
    await expect(twin.acts[name]?.(input)).rejects.toThrow(/there is no|no channel/);
  });
});
