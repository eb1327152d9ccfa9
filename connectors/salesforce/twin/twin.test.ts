import { generateKeyPairSync, sign } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Twin, WorldAccount, WorldRow } from '../../../sandbox/frame/types.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { twin as makeTwin } from './index.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRETS = {
  SALESFORCE_CLIENT_ID: '3MVG9twin',
  SALESFORCE_CLIENT_SECRET: 'twin-secret-0123456789',
  SALESFORCE_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
};
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
let token: string;
beforeEach(async () => {
  context = fakeTwinContext({ now: NOW, secrets: SECRETS });
  twin = makeTwin(context);
  server = fastify();
  await twin.routes?.(server);
  twin.view?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  token = String((await signIn()).body.access_token);
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
  body: Record<string, unknown> & { records: Record<string, unknown>[] };
}
async function answer(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
async function signIn(form: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Reply> {
  const whole = {
    grant_type: 'client_credentials',
    client_id: SECRETS.SALESFORCE_CLIENT_ID,
    client_secret: SECRETS.SALESFORCE_CLIENT_SECRET,
    ...form,
  };
  return answer(
    await fetch(`${url}/services/oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(whole) }),
  );
}
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return answer(
    await fetch(`${url}/services/data/v67.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}
const query = (soql: string, headers: Record<string, string> = {}) =>
  ask('GET', `/query?${new URLSearchParams({ q: soql })}`, undefined, headers);
const names = async (where: string) =>
  (await query(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).body.records.map(({ Name }) => Name);
const accountId = async () => String((await query('SELECT Id FROM Account ORDER BY Id')).body.records[0]?.Id);
const told = () =>
  context.ledger
    .filter(({ kind }) => kind === 'fact_told')
    .map(({ fact, account: about, to }) => ({ ...fact, account: about, to }));
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('access', () => {
  test('the token is Salesforce’s, and every other one is refused in its form', async () => {
    expect((await signIn()).body).toMatchObject({ token_type: 'Bearer', instance_url: url, scope: 'api' });
    token = 'wrong';
    expect(await query('SELECT Id FROM Account')).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    });
  });

  test.each([
    [{ client_id: 'x' }, 'invalid_client_id'],
    [{ client_secret: 'x' }, 'invalid_client'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
  ])('%o is refused with %s, as an object', async (form, error) => {
    expect(await signIn(form)).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
  });

  test('the app may name itself in the header', async () => {
    const basic = Buffer.from(`${SECRETS.SALESFORCE_CLIENT_ID}:${SECRETS.SALESFORCE_CLIENT_SECRET}`).toString('base64');
    const both = { client_id: '', client_secret: '' };
    expect((await signIn(both, { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  const good = () => ({
    iss: SECRETS.SALESFORCE_CLIENT_ID,
    sub: 'headroom@vendor.example',
    aud: 'https://login.salesforce.com',
    exp: Math.floor(Date.now() / 1_000) + 120,
  });
  const assert = async (claims: object, alg = 'RS256', key = privateKey) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg })}.${part(claims)}`;
    const assertion = `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
    return signIn({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  };
  test('a signed assertion opens a session', async () => {
    expect((await assert(good())).status).toBe(200);
  });
  test.each([
    ['another user', { sub: 'somebody@else.example' }],
    ['another app', { iss: 'other' }],
    ['another audience', { aud: 'https://example.com' }],
    ['an end in milliseconds', { exp: Date.now() + 120_000 }],
    ['an end in the past', { exp: 1_000 }],
  ])('with %s it is refused', async (_, change) => {
    expect((await assert({ ...good(), ...change })).status).toBe(400);
  });
  test('signed by another key, or by none, it is refused', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect((await assert(good(), 'RS256', other)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await assert(good(), 'none')).body).toMatchObject({ error: 'invalid_grant' });
  });

  test('a session ends after two idle hours of the wire clock, or when an administrator ends it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    vi.setSystemTime(Date.now() + 3_600_000);
    expect((await query('SELECT Id FROM Account')).status).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 3_600_000 + 1);
    expect((await query('SELECT Id FROM Account')).status).toBe(401);
    token = String((await signIn()).body.access_token);
    await twin.acts.end_sessions?.({});
    expect((await query('SELECT Id FROM Account')).status).toBe(401);
  });

  test('a version that is not there is no resource', async () => {
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${url}/services/data/v99.0/limits`, { headers })).status).toBe(404);
  });
});

describe('limits', () => {
  test('each answer says what is used; the quota of 24 hours is refused when spent, and rolls on', async () => {
    await twin.acts.set_daily_limit?.({ limit: 2 });
    expect((await query('SELECT Id FROM Account')).headers.get('sforce-limit-info')).toBe('api-usage=1/2');
    expect((await ask('GET', '/limits')).body).toMatchObject({ DailyApiRequests: { Max: 2, Remaining: 0 } });
    expect(await query('SELECT Id FROM Account')).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });
    await context.advanceTo('2026-03-10T10:00:00.000Z');
    expect((await query('SELECT Id FROM Account')).status).toBe(200);
  });
});

describe('queries', () => {
  beforeEach(() =>
    play(
      account(1),
      account(2, { segment: 'enterprise', arrCents: 100, renewalDate: '2026-12-31' }),
      account(3, { name: "O'Brien & Co", owner: { id: 'am_1', email: 'am_1@vendor.example' } }),
    ),
  );

  test('rows carry what was asked for, of parents too, in the form of the wire', async () => {
    const { body } = await query(
      'SELECT id, name, ARR__c, Renewal_Date__c, SystemModstamp, Owner.Email, CSM__r.Name FROM Account ORDER BY Name LIMIT 1',
    );
    expect(body).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: {
            type: 'Account',
            url: expect.stringMatching(/^\/services\/data\/v67\.0\/sobjects\/Account\/001\w{15}$/),
          },
          Id: expect.stringMatching(/^001\w{15}$/),
          Name: 'Company 1',
          ARR__c: 19_164.5,
          Renewal_Date__c: '2026-03-30',
          SystemModstamp: '2026-03-09T10:00:00.000+0000',
          Owner: { Email: 'am_09@vendor.example' },
          CSM__r: { Name: null },
        },
      ],
    });
    expect((await query('SELECT COUNT() FROM Account')).body).toEqual({ totalSize: 3, done: true, records: [] });
  });

  test.each([
    ["Name = 'COMPANY 1'", ['Company 1']],
    ["Name = 'O\\'Brien & Co'", ["O'Brien & Co"]],
    ["Name LIKE 'company%' AND ARR__c > 50", ['Company 1', 'Company 2'].slice(0, 1)],
    ["Segment__c IN ('SMB','Mid-Market')", ['Company 1', "O'Brien & Co"]],
    ["Segment__c NOT IN ('SMB')", ['Company 2']],
    ['CSM__c = null', ['Company 1', 'Company 2', "O'Brien & Co"]],
    ["NOT (Name = 'Company 1' OR Name = 'Company 2')", ["O'Brien & Co"]],
    ["Owner.Email = 'am_1@vendor.example'", ["O'Brien & Co"]],
    ['Renewal_Date__c <= 2026-03-30', ['Company 1', "O'Brien & Co"]],
    ['Renewal_Date__c = NEXT_N_DAYS:30', ['Company 1', "O'Brien & Co"]],
    ['SystemModstamp >= 2026-03-09T11:00:00+01:00', ['Company 1', 'Company 2', "O'Brien & Co"]],
    ['SystemModstamp > 2026-03-09T10:00:00Z', []],
    ['CreatedDate = TODAY', ['Company 1', 'Company 2', "O'Brien & Co"]],
  ])('WHERE %s', async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  test.each([
    ['SELECT Nope__c FROM Account', 'INVALID_FIELD', /No such column 'Nope__c' on entity 'Account'/],
    ['SELECT Id FROM Nope', 'INVALID_TYPE', /sObject type 'Nope' is not supported/],
    ["SELECT Id FROM Task WHERE Description LIKE '%x%'", 'INVALID_FIELD', /can not be filtered/],
    [
      "SELECT Id FROM Account WHERE SystemModstamp > '2026-03-09T10:00:00Z'",
      'INVALID_FIELD',
      /should not be enclosed in quotes/,
    ],
    ['SELECT Id FROM Account WHERE Name = 1', 'INVALID_FIELD', /must be of type string/],
    ["SELECT Id FROM Account WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR', /invalid ID field: abc/],
    ['SELECT Id FROM Account WHERE', 'MALFORMED_QUERY', /unexpected token/],
    ["SELECT Id FROM Account WHERE Name = 'x", 'MALFORMED_QUERY', /no viable alternative/],
    [
      "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
      'MALFORMED_QUERY',
      /unexpected token: 'OR'/,
    ],
    ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'MALFORMED_QUERY', /subqueries/],
    ['SELECT MAX(ARR__c) FROM Account', 'MALFORMED_QUERY', /functions/],
    ['SELECT Id FROM Account GROUP BY Name', 'MALFORMED_QUERY', /unexpected token: 'GROUP'/],
    ['SELECT Owners.Email FROM Account', 'INVALID_FIELD', /Didn't understand relationship 'Owners'/],
  ])('%s is refused with %s', async (soql, errorCode, message) => {
    expect(await query(soql)).toMatchObject({
      status: 400,
      body: [{ errorCode, message: expect.stringMatching(message) }],
    });
  });

  test('more rows than one answer holds come by locator; a locator too many ends the oldest', async () => {
    for (let n = 0; n < 250; n++) {
      const values = { LastName: `n${n}`, AccountId: await accountId() };
      await twin.acts.create_record?.({ object: 'Contact', values });
    }
    const small = { 'sforce-query-options': 'batchSize=200' };
    const first = await query('SELECT Id FROM Contact ORDER BY Id', small);
    expect(first.body).toMatchObject({ totalSize: 253, done: false });
    expect(first.body.records).toHaveLength(200);
    const next = String(first.body.nextRecordsUrl).replace('/services/data/v67.0', '');
    const second = await ask('GET', next);
    expect(second.body).toMatchObject({ totalSize: 253, done: true });
    expect(second.body.records).toHaveLength(53);
    const abandoned = String((await query('SELECT Id FROM Contact', small)).body.nextRecordsUrl);
    for (let n = 0; n < 10; n++) await query('SELECT Id FROM Contact', small);
    expect(await ask('GET', abandoned.replace('/services/data/v67.0', ''))).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }],
    });
  }, 30_000);
});

describe('records', () => {
  beforeEach(() => play(account(1)));
  const createTask = async (values: Record<string, unknown> = {}) =>
    ask('POST', '/sobjects/Task', { Subject: 'Call', WhatId: await accountId(), ...values });

  test('one is made, read, changed and thrown away; the bin is seen by queryAll only', async () => {
    const made = await createTask({ Headroom_Key__c: 'k1' });
    expect(made).toMatchObject({ status: 201, body: { success: true, errors: [] } });
    const path = `/sobjects/Task/${made.body.id}`;
    expect((await ask('GET', `${path}?fields=Subject,IsClosed,AccountId`)).body).toMatchObject({
      Subject: 'Call',
      IsClosed: false,
      AccountId: await accountId(),
    });
    expect((await ask('PATCH', path, { Status: 'Completed' })).status).toBe(204);
    expect((await ask('GET', path)).body).toMatchObject({
      IsClosed: true,
      CompletedDateTime: '2026-03-09T10:00:00.000+0000',
    });
    expect((await ask('DELETE', path)).status).toBe(204);
    expect(await ask('PATCH', path, { Subject: 'x' })).toMatchObject({
      status: 404,
      body: [{ errorCode: 'ENTITY_IS_DELETED' }],
    });
    const soql = "SELECT Id FROM Task WHERE Headroom_Key__c = 'k1'";
    expect((await query(soql)).body.records).toEqual([]);
    expect((await ask('GET', `/queryAll?${new URLSearchParams({ q: soql })}`)).body.records).toHaveLength(1);
    expect(context.ledger.map(({ kind, key, summary }) => [kind, key, summary])).toEqual([
      ['task_created', 'k1', 'Call'],
      ['task_updated', 'k1', 'Call (Completed)'],
    ]);
  });

  test('an upsert makes one, and then changes that one', async () => {
    const path = '/sobjects/Task/Headroom_Key__c/k1';
    const values = { Subject: 'Call', WhatId: await accountId() };
    const first = await ask('PATCH', path, values);
    expect(first).toMatchObject({ status: 201, body: { success: true, created: true } });
    const second = await ask('PATCH', path, { Subject: 'Call again' });
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id, created: false } });
    expect(await ask('PATCH', path, { Headroom_Key__c: 'k1' })).toMatchObject({
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
    expect(await ask('PATCH', '/sobjects/Task/Subject/x', {})).toMatchObject({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND', message: expect.stringContaining('external ID field') }],
    });
  });

  test('with a key that is not unique the records that have it are listed', async () => {
    await twin.acts.change_field?.({ object: 'Task', name: 'Headroom_Key__c', unique: false });
    await createTask({ Headroom_Key__c: 'k1' });
    await createTask({ Headroom_Key__c: 'k1' });
    const { status, body } = await ask('PATCH', '/sobjects/Task/Headroom_Key__c/k1', { Subject: 'x' });
    expect([status, body]).toEqual([300, [expect.stringContaining('/sobjects/Task/00T'), expect.any(String)]]);
  });

  test.each([
    [{ Nope: 1 }, 'INVALID_FIELD'],
    [{ IsClosed: true }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    [{ Subject: 'x'.repeat(256) }, 'STRING_TOO_LONG'],
    [{ Status: 'Whenever' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    [{ ActivityDate: 'soon' }, 'JSON_PARSER_ERROR'],
    [{ WhatId: 'abc' }, 'MALFORMED_ID'],
    [{ WhatId: '001Hr00000zzzzz' }, 'INVALID_CROSS_REFERENCE_KEY'],
  ])('%o is refused with %s, and nothing is made', async (values, errorCode) => {
    expect(await createTask(values)).toMatchObject({ status: 400, body: [{ errorCode }] });
    expect(context.ledger).toEqual([]);
  });

  test('unique values, inactive owners, missing fields and locked accounts are refused', async () => {
    await createTask({ Headroom_Key__c: 'k1' });
    expect((await createTask({ Headroom_Key__c: 'k1' })).body).toMatchObject([{ errorCode: 'DUPLICATE_VALUE' }]);
    const owner = (await query("SELECT Id FROM User WHERE Email = 'am_09@vendor.example'")).body.records[0]?.Id;
    await twin.acts.deactivate_user?.({ email: 'am_09@vendor.example' });
    expect((await createTask({ OwnerId: owner })).body).toMatchObject([{ errorCode: 'INACTIVE_OWNER_OR_USER' }]);
    expect((await ask('POST', '/sobjects/Contact', {})).body).toMatchObject([{ errorCode: 'REQUIRED_FIELD_MISSING' }]);
    await twin.acts.lock_account?.({ account: 'a_0001' });
    expect(await createTask()).toMatchObject({ status: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW' }] });
    expect((await createTask()).status).toBe(201);
  });

  test('describe tells of fields what a client goes by', async () => {
    const { body } = await ask('GET', '/sobjects/Task/describe');
    expect(body.fields).toContainEqual(
      expect.objectContaining({
        name: 'Headroom_Key__c',
        type: 'string',
        length: 64,
        externalId: true,
        unique: true,
        custom: true,
      }),
    );
    expect((await ask('GET', '/sobjects')).body.sobjects).toContainEqual(
      expect.objectContaining({ name: 'Account', keyPrefix: '001' }),
    );
  });

  test('a change of an account is a tag that people see', async () => {
    const path = `/sobjects/Account/${await accountId()}`;
    await ask('PATCH', path, { Headroom_QBR_Tag__c: 'no upgrade' });
    expect(context.ledger).toMatchObject([
      { kind: 'account_tagged', account: 'a_0001', data: { Headroom_QBR_Tag__c: 'no upgrade' } },
    ]);
    expect(await (await fetch(`${url}/_view`)).text()).toContain('no upgrade');
  });
});

describe('the world', () => {
  const CASES = 'SELECT Id, Priority FROM Case WHERE IsClosed = false';

  test('a new admin takes the role from the one before', async () => {
    play(account(1), account(1, { admin: { id: 'u_9', email: 'p9@a0001.example', role: 'admin' } }));
    const { body } = await query('SELECT Email, Product_Role__c FROM Contact ORDER BY Email');
    expect(body.records.map(({ Email, Product_Role__c: role }) => [Email, role])).toEqual([
      ['p1@a0001.example', null],
      ['p9@a0001.example', 'admin'],
    ]);
    expect((await query('SELECT COUNT() FROM Opportunity')).body.totalSize).toBe(1);
  });

  test('a severe case is told when an answer carries it, and its end when it is missing from an answer', async () => {
    const row = { type: 'ticket', id: 't_1', account: 'a_0001', severity: 'severe' } as const;
    play(account(1), { ...row, receivedAt: NOW, state: 'open' });
    await query('SELECT Id, Subject FROM Case');
    await query(CASES);
    await query(CASES);
    await settled();
    expect(told()).toEqual([{ rule: 'severe_ticket', id: 't_1', state: 'open', account: 'a_0001', to: null }]);
    play({ ...row, receivedAt: NOW, state: 'closed' });
    // Of another account: says nothing of this one.
    await query(`${CASES} AND AccountId = '001Hr00000zzzzz'`);
    await settled();
    expect(told()).toHaveLength(1);
    await query(CASES);
    await settled();
    expect(told().at(-1)).toMatchObject({ id: 't_1', state: 'closed' });
  });

  test.each([
    ['marketing', { HasOptedOutOfEmail: true, No_Contact__c: false }],
    ['product', { HasOptedOutOfEmail: false, No_Contact__c: true }],
  ] as const)('an opt-out of %s stands on the contact, and is taken back', async (category, shown) => {
    const row = { type: 'consent', person: 'u_0001_1', category, receivedAt: NOW } as const;
    play(account(1), { ...row, state: 'opted_out' });
    const soql = 'SELECT HasOptedOutOfEmail, No_Contact__c FROM Contact';
    expect((await query(soql)).body.records[0]).toMatchObject(shown);
    await settled();
    play({ ...row, state: 'opted_in' });
    await query(soql);
    await settled();
    const person = { rule: 'opted_out', id: 'p1@a0001.example', to: 'p1@a0001.example', account: 'a_0001' };
    expect(told()).toEqual([
      { ...person, state: 'open' },
      { ...person, state: 'closed' },
    ]);
  });

  test.each([
    ['call', 'SELECT Id, CompletedDateTime FROM Task WHERE IsClosed = true'],
    ['email', 'SELECT Id, CompletedDateTime FROM Task WHERE IsClosed = true'],
    ['meeting', 'SELECT Id, StartDateTime FROM Event'],
  ] as const)('a logged %s is an activity of the owner with the account', async (channel, soql) => {
    play(account(1), { type: 'am_contact', receivedAt: NOW, account: 'a_0001', by: 'am_09', channel });
    const { body } = await query(soql);
    await settled();
    expect(told()).toEqual([
      { rule: 'am_contact', id: body.records[0]?.Id, state: 'open', account: 'a_0001', to: null },
    ]);
  });

  test('an answer that never left whole told nobody anything', async () => {
    play(account(1), {
      type: 'ticket',
      id: 't_1',
      account: 'a_0001',
      severity: 'severe',
      receivedAt: NOW,
      state: 'open',
    });
    server.server.prependOnceListener('request', (_request, response) => response.destroy());
    await query(CASES).catch(() => undefined);
    await settled();
    expect(told()).toEqual([]);
  });
});

describe('acts', () => {
  test('people log contacts, open and close cases, and opt out', async () => {
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
  });

  test.each([
    ['log_call', { account: 'a_0009' }],
    ['complete_task', { taskId: '1' }],
    ['close_ticket', { id: '1' }],
    ['opt_out', { email: 'nobody@example.com' }],
    ['log_contact', { account: 'a_0001', channel: 'fax' }],
    ['deactivate_user', { email: 'nobody@example.com' }],
    ['remove_field', { object: 'Nope', name: 'x' }],
  ])('%s of what is not there says so', async (name, input) => {
    play(account(1));
    await expect(twin.acts[name]?.(input)).rejects.toThrow(/there is no|no channel/);
  });
});
