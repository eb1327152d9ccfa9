import { generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../config/schema/index.ts';
import { hostGuard } from '../kit/hosts.ts';
import { type Canned, cannedServer, type SeenRequest } from '../kit/testing/canned-server.ts';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { callWithin } from '../kit/time-limit.ts';
import {
  concurrentLimit,
  created,
  dailyLimit,
  errors,
  multipleChoices,
  oauthError,
  page,
  record,
  sessionOver,
  tokenReply,
} from './fixtures/replies.ts';
import { manifest, settings } from './manifest.ts';
import { allAccounts, type ConnectOptions, connect, taskInput } from './testing/set-up.ts';

const close: (() => void)[] = [];
afterEach(() => {
  for (const one of close.splice(0)) one();
});

const TOKEN = '/services/oauth2/token';
const isSignIn = ({ path }: SeenRequest) => path === TOKEN;
const call = () => callWithin(5_000);

/** Everybody is signed in; everything else answers as it is told. */
async function org(answer: (request: SeenRequest) => Canned | null, signIn?: (request: SeenRequest) => Canned | null) {
  let url = '';
  const server = await cannedServer((request) => {
    if (!isSignIn(request)) return answer(request);
    return signIn ? signIn(request) : { body: tokenReply(url) };
  });
  url = server.url;
  close.push(server.close);
  return server;
}
const users = (...emails: string[]) =>
  emails.map((Email, n) => record('User', { Id: `005Hr000000000${n}AAA`, Email, Name: 'N', IsActive: true }));

describe('signing in', () => {
  test('asks My Domain as the app, and uses the token at the address that the answer names', async () => {
    const { url, requests } = await org(() => ({ body: page(users('a@v.example')) }));
    await connect(url).crm.readOwners(call());
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: '3MVG9test',
      client_secret: '0123456789abcdef0123',
    });
    expect(requests[1]).toMatchObject({
      method: 'GET',
      path: '/services/data/v67.0/query',
      authorization: `Bearer ${tokenReply('').access_token}`,
    });
    expect(requests[1]?.query.get('q')).toContain("UserType = 'Standard'");
  });

  test('by JWT sends an assertion that the app’s certificate proves, for a few minutes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const options: ConnectOptions = {
      settings: { flow: 'jwt_bearer', username: 'headroom@acme.example' },
      auth: { client_id: 'env:SALESFORCE_CLIENT_ID', private_key: 'env:SALESFORCE_PRIVATE_KEY' },
      // As it stands in an environment variable.
      secrets: { SALESFORCE_PRIVATE_KEY: pem.trim().replaceAll('\n', '\\n') },
    };
    const { url, requests } = await org(() => ({ body: page([]) }));
    await connect(url, options).check(call());
    const form = new URLSearchParams(requests[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const proven = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    expect(proven).toBe(true);
    const { exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(rest).toEqual({ iss: '3MVG9test', sub: 'headroom@acme.example', aud: 'https://login.salesforce.com' });
    expect(exp - Date.now() / 1_000).toBeGreaterThan(0);
    expect(exp - Date.now() / 1_000).toBeLessThanOrEqual(180);
  });

  test.each([
    ['acme--uat.sandbox.my.salesforce.com', undefined, 'https://test.salesforce.com'],
    ['acme.my.salesforce.com', 'https://test.salesforce.com', 'https://test.salesforce.com'],
  ])('by JWT for %s with the audience %s says %s', async (my_domain, audience, expected) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { url, requests } = await org(() => ({ body: page([]) }));
    const { check } = connect(url, {
      settings: { flow: 'jwt_bearer', username: 'u@acme.example', my_domain, ...(audience ? { audience } : {}) },
      auth: { client_id: 'env:SALESFORCE_CLIENT_ID', private_key: 'env:KEY' },
      secrets: { KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) },
    });
    await check(call());
    const claims = new URLSearchParams(requests[0]?.body).get('assertion')?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).aud).toBe(expected);
  });

  test.each([
    [{ settings: { flow: 'jwt_bearer', username: 'u' } }, 'needs auth.private_key'],
    [
      {
        settings: { flow: 'jwt_bearer', username: 'u' },
        auth: { client_id: 'env:SALESFORCE_CLIENT_ID', private_key: 'env:K' },
        secrets: { K: 'no key' },
      },
      'no RSA private key in PEM form',
    ],
    [{ auth: { client_id: 'env:SALESFORCE_CLIENT_ID' } }, 'needs auth.client_secret'],
  ])('with %o says what is missing, and asks nobody', async (options, message) => {
    const { url, requests } = await org(() => null);
    await expect(connect(url, options).check(call())).rejects.toMatchObject({
      code: 'authentication',
      message: expect.stringContaining(message),
    });
    expect(requests).toEqual([]);
  });

  test('never takes the token to an address that is not the connection’s', async () => {
    const { url, requests } = await org(
      () => ({ body: page([]) }),
      () => ({ body: tokenReply('https://evil.example') }),
    );
    await expect(connect(url).check(call())).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/org is at https:\/\/evil\.example, which is not my_domain/),
    });
    expect(requests.filter((one) => !isSignIn(one))).toEqual([]);
  });

  test('a session that is refused again and again is asked for twice, and never more', async () => {
    let n = 0;
    const { url, requests } = await org(
      () => ({ status: 401, body: sessionOver }),
      () => ({ body: tokenReply(url, `token-${++n}`) }),
    );
    await expect(connect(url).check(call())).rejects.toMatchObject({ code: 'authentication' });
    expect(requests.map(({ path }) => path === TOKEN)).toEqual([true, false, true, false]);
    expect(requests.at(-1)?.authorization).toBe('Bearer token-2');
  });

  test('a session that an administrator forbids is not asked for again', async () => {
    const body = errors('INVALID_SESSION_ID', 'This session is not valid for use with the REST API');
    const { url, requests } = await org(() => ({ status: 401, body }));
    await expect(connect(url).check(call())).rejects.toMatchObject({ code: 'authentication' });
    expect(requests).toHaveLength(2);
  });

  test('many calls whose session has ended get one new one between them', async () => {
    let good = 'old';
    const { url, requests } = await org(
      ({ authorization }) =>
        authorization === `Bearer ${good}` ? { body: page([]) } : { status: 401, body: sessionOver },
      () => ({ body: tokenReply(url, good) }),
    );
    const { check } = connect(url);
    await check(call());
    good = 'new';
    await Promise.all(Array.from({ length: 20 }, () => check(call())));
    expect(requests.filter(isSignIn)).toHaveLength(2);
  });

  test('one caller that gives up takes the sign-in from nobody else', async () => {
    const { url, requests } = await org(() => ({ body: page([]) }));
    const { check, dependencies } = connect(url);
    const impatient = check({ signal: AbortSignal.abort(), deadline: performance.now() + 5_000 });
    const patient = check(call());
    await expect(impatient).rejects.toMatchObject({ code: 'transient' });
    await expect(patient).resolves.toBeUndefined();
    expect(requests.filter(isSignIn)).toHaveLength(1);
    expect(dependencies.pauses).toEqual([]);
  });

  test('a refused sign-in is told, without the secret', async () => {
    const body = oauthError('invalid_client', 'invalid client credentials 0123456789abcdef0123');
    const { url } = await org(
      () => null,
      () => ({ status: 400, body }),
    );
    const error = await connect(url)
      .check(call())
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'authentication', origin: { vendorCode: 'invalid_client' } });
  });
});

describe('answers in pages', () => {
  const NEXT = '/services/data/v67.0/query/01gHr0000016PIAYA2-2000';

  test('are read until Salesforce says that it is done', async () => {
    const { url, requests } = await org(({ path }) =>
      path === NEXT
        ? { body: page(users('b@v.example'), { totalSize: 2 }) }
        : { body: page(users('a@v.example'), { totalSize: 2, nextRecordsUrl: NEXT }) },
    );
    expect(await connect(url).crm.readOwners(call())).toMatchObject([
      { email: 'a@v.example' },
      { email: 'b@v.example' },
    ]);
    expect(requests).toHaveLength(3);
  });

  test.each([
    ['fewer rows than were counted', { body: page(users('a@v.example'), { totalSize: 2 }) }, 'transient'],
    ['more, and not where', { body: { totalSize: 2, done: false, records: users('a@v.example') } }, 'transient'],
    [
      'a next page elsewhere',
      { body: page(users('a@v.example'), { totalSize: 2, nextRecordsUrl: 'https://evil.example/' }) },
      'transient',
    ],
    [
      'the same page for ever',
      { body: page(users('a@v.example'), { totalSize: 9, nextRecordsUrl: NEXT }) },
      'unexpected_response',
    ],
    ['another shape', { body: { unexpected: true } }, 'unexpected_response'],
    [
      'a locator that has expired',
      { status: 400, body: errors('INVALID_QUERY_LOCATOR', 'invalid query locator') },
      'transient',
    ],
  ])('with %s are no answer', async (_, reply, code) => {
    const { url } = await org(() => reply);
    await expect(connect(url).crm.readOwners(call())).rejects.toMatchObject({ code });
  });

  test('fields come under the names that the org gave them, whatever the case in config', async () => {
    const account = record('Account', {
      Id: '001Hr0000000001IAA',
      Name: 'Summit',
      OwnerId: null,
      HEADROOM_account_ID__c: 'a_1',
      Arr__C: 19_164.5,
    });
    const { url } = await org(({ query }) =>
      query.get('q')?.includes('FROM Account') ? { body: page([account]) } : { body: page([]) },
    );
    const [found] = await allAccounts(connect(url).crm.readAccounts(call()));
    expect(found).toMatchObject({ account: 'a_1', profile: { arrCents: 1_916_450, ownerId: null, renewalOn: null } });
  });
});

describe('outreach', () => {
  const account = record('Account', { Id: '001Hr0000000001IAA', Name: 'Summit', Headroom_Account_Id__c: 'a_1' });
  const task = (fields: Record<string, unknown>) =>
    record('Task', {
      Id: '00THr0000000001MAA',
      AccountId: account.Id,
      OwnerId: '005Hr0000000001IAA',
      TaskSubtype: 'Task',
      Type: null,
      CallDisposition: null,
      ActivityDate: null,
      CompletedDateTime: '2026-03-19T12:00:00.000+0000',
      CreatedDate: '2026-03-01T12:00:00.000+0000',
      ...fields,
    });
  async function outreach(tasks: unknown[], mails: Canned = { body: page([]) }) {
    const { url, requests } = await org(({ query }) => {
      const from = /FROM (\w+)/.exec(query.get('q') ?? '')?.[1] ?? '';
      if (from === 'Account') return { body: page([account]) };
      if (from === 'EmailMessage') return mails;
      return { body: from === 'Task' ? { ...page([]), totalSize: tasks.length, records: tasks } : page([]) };
    });
    const [found] = await connect(url, { mailFrom: 'Success <success@v.example>' }).crm.readAccountsById(
      [String(account.Id)],
      call(),
    );
    return { outreach: found?.outreach, requests };
  }

  test.each([
    ['a call', { TaskSubtype: 'Call' }, [{ channel: 'call', at: '2026-03-19T12:00:00.000Z' }]],
    ['a to-do of type Meeting', { Type: 'Meeting' }, [{ channel: 'meeting' }]],
    ['a call that nobody took', { TaskSubtype: 'Call', CallDisposition: 'no answer' }, []],
    [
      'a call of last week, logged now',
      { TaskSubtype: 'Call', ActivityDate: '2026-03-12', CreatedDate: '2026-03-19T11:59:58.000+0000' },
      [{ at: '2026-03-12T23:59:59.999Z' }],
    ],
    [
      'a call of today that was due last week',
      { TaskSubtype: 'Call', ActivityDate: '2026-03-12' },
      [{ at: '2026-03-19T12:00:00.000Z' }],
    ],
    [
      'a call that was due later',
      { TaskSubtype: 'Call', ActivityDate: '2026-04-12' },
      [{ at: '2026-03-19T12:00:00.000Z' }],
    ],
    [
      'a call of last year, logged now',
      { TaskSubtype: 'Call', ActivityDate: '2025-03-12', CreatedDate: '2026-03-19T12:00:00.000+0000' },
      [],
    ],
    ['something else', { Type: 'Other' }, []],
  ])('%s', async (_, fields, expected) => {
    expect((await outreach([task(fields)])).outreach).toMatchObject(expected);
  });

  const mail = task({ TaskSubtype: 'Email' });
  const message = (fields: Record<string, unknown>): Canned => ({
    body: page([record('EmailMessage', { Id: '02sHr0000000001MAA', ActivityId: mail.Id, ...fields })]),
  });
  test.each([
    ['our people’s', message({ FromAddress: 'am@v.example', Incoming: false }), 1],
    ['the customer’s', message({ FromAddress: 'ana@acme.example', Incoming: true }), 0],
    ['headroom’s own', message({ FromAddress: 'Success@v.example', Incoming: false }), 0],
    ['one without a message beside it', { body: page([]) }, 1],
    ['one of an org that keeps no messages', { status: 400, body: errors('INVALID_TYPE', 'not supported') }, 1],
  ])('a mail: %s', async (_, mails, count) => {
    expect((await outreach([mail], mails)).outreach).toHaveLength(count);
  });
});

describe('writing', () => {
  const DESCRIBE = '/services/data/v67.0/sobjects/Task/describe';
  const key = { name: 'Headroom_Key__c', type: 'string', length: 64, externalId: true, unique: true, updateable: true };
  const upserted = { task_key_field: 'Headroom_Key__c', task_key_is_external_id: true };
  const keyed = (answer: Canned | null) =>
    org(({ path }) => (path === DESCRIBE ? { body: { name: 'Task', fields: [key] } } : answer));
  const send = (url: string, options: ConnectOptions = {}) => {
    const { crm } = connect(url, options);
    return crm.createTask.send(crm.createTask.prepare(taskInput()), fakeWriteCall('k'));
  };

  test('a new task is what the reference asks for', async () => {
    const { url, requests } = await org(() => ({ status: 201, body: created }));
    const contact = { contactId: '003Hr0000000001', ownerId: '005Hr0000000001IAA' };
    const { crm } = connect(url);
    await crm.createTask.send(crm.createTask.prepare(taskInput(contact)), fakeWriteCall('k'));
    expect(requests[1]).toMatchObject({ method: 'POST', path: '/services/data/v67.0/sobjects/Task' });
    expect(JSON.parse(requests[1]?.body ?? '')).toEqual({
      Subject: 'Call Summit Health: 95 % of seats',
      Description: 'Used 24 of 25 seats.\nStart a trial: https://hub.example/a/tok_1?x=1&y=2.\n\nRef: Zm9vYmFy-_1',
      ActivityDate: '2026-03-22',
      Priority: 'High',
      WhatId: '001Hr0000000001AAA',
      WhoId: '003Hr0000000001IAA',
      OwnerId: '005Hr0000000001IAA',
    });
  });

  test('by upsert the key stands in the path, and only there', async () => {
    const { url, requests } = await keyed({ status: 201, body: { ...created, created: true } });
    await send(url, { settings: upserted });
    const upsert = requests.at(-1);
    expect(upsert).toMatchObject({
      method: 'PATCH',
      path: '/services/data/v67.0/sobjects/Task/Headroom_Key__c/Zm9vYmFy-_1',
    });
    expect(JSON.parse(upsert?.body ?? '')).not.toHaveProperty('Headroom_Key__c');
  });

  test('a connection that breaks after the request left is a doubt, by upsert none', async () => {
    const broken = await org(() => null);
    await expect(send(broken.url)).rejects.toMatchObject({ code: 'outcome_unknown' });
    const upsert = await keyed(null);
    await expect(send(upsert.url, { settings: upserted })).rejects.toMatchObject({ code: 'transient' });
  });

  test('an answer that cannot be understood is a doubt', async () => {
    const { url } = await org(() => ({ status: 201, body: { unexpected: true } }));
    await expect(send(url)).rejects.toMatchObject({ code: 'outcome_unknown' });
  });

  test('a key that two tasks have is for people to mend', async () => {
    const { url } = await keyed({ status: 300, body: multipleChoices });
    await expect(send(url, { settings: upserted })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('more than one record'),
    });
  });

  test('a full house of long calls stops this call only, the spent quota all of them', async () => {
    const busy = await org(() => ({ status: 403, body: concurrentLimit }));
    const one = connect(busy.url);
    await expect(one.check(call())).rejects.toMatchObject({ code: 'rate_limited' });
    expect(one.dependencies.pauses).toEqual([]);
    const headers = { 'sforce-limit-info': 'api-usage=120003/120000' };
    const spent = await org(() => ({ status: 403, body: dailyLimit, headers }));
    const other = connect(spent.url);
    await expect(other.check(call())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1_800_000 });
    expect(other.dependencies.pauses).toMatchObject([{ reason: expect.stringContaining('120003 of 120000 calls') }]);
  });
});

describe('settings', () => {
  const good = { my_domain: 'acme.my.salesforce.com' };

  test.each([
    ['acme.my.salesforce.com', true],
    ['acme--uat.sandbox.my.salesforce.com', true],
    ['acme.lightning.force.com', false],
    ['login.salesforce.com', false],
    ['https://acme.my.salesforce.com', false],
    ['acme.my.salesforce.com.evil.example', false],
  ])('%s as My Domain: %s', (my_domain, valid) => {
    expect(settings.safeParse({ my_domain }).success).toBe(valid);
  });

  test.each([
    [{ flow: 'jwt_bearer' }, 'username'],
    [{ task_key_is_external_id: true }, 'task_key_field'],
    [{ arr_field: 'ARR__c FROM User' }, 'arr_field'],
  ])('%o is refused at %s', (more, path) => {
    expect(settings.safeParse({ ...good, ...more }).error?.issues).toMatchObject([{ path: [path] }]);
  });

  test('a live connection reaches its own org only', () => {
    const connection: Connection = { connector: 'salesforce', mode: 'live', auth: {}, ...good };
    expect(hostGuard(manifest, connection).hosts).toEqual(['acme.my.salesforce.com']);
  });
});
