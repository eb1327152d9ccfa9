import { AssociationTypes } from '@hubspot/api-client';
import { afterEach, describe, expect, test } from 'vitest';
import type { Canned } from '../kit/testing/canned-server.ts';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { callWithin } from '../kit/time-limit.ts';
import {
  associations,
  companiesPage,
  contactProperties,
  contactsWithGap,
  noAssociations,
  ownersPage,
  rateLimited,
  ticketPipelines,
} from './fixtures/replies.ts';
import { TASK_TO_COMPANY, TASK_TO_CONTACT } from './operations/create-task.ts';
import { allAccounts, cannedHubSpot, connect, SECRETS, type SeenRequest, taskInput } from './testing/set-up.ts';

const close: (() => void)[] = [];
afterEach(() => {
  for (const one of close.splice(0)) one();
});

async function serve(answer: (request: SeenRequest) => Canned | null) {
  const server = await cannedHubSpot(answer);
  close.push(server.close);
  return server;
}

const object = (id: string, properties: Record<string, string | null>) => ({
  id,
  properties,
  createdAt: '2026-03-01T08:00:00.000Z',
  updatedAt: '2026-03-01T08:00:00.000Z',
  archived: false,
});
const batch = (...results: unknown[]): Canned => ({ body: { status: 'COMPLETE', results } });
const NONE: Canned = { status: 207, body: noAssociations };

/** One linked company (9001) and one that is not; everything else by path. */
function portal(answers: Record<string, Canned | ((request: SeenRequest) => Canned)>) {
  const paths: typeof answers = {
    'GET /crm/objects/2026-09/companies': { body: companiesPage },
    'POST /crm/objects/2026-09/companies/batch/read': { body: companiesPage },
    'GET /crm/properties/2026-09/contacts': { body: contactProperties },
    'GET /crm/pipelines/2026-09/tickets': { body: ticketPipelines },
    ...answers,
  };
  return serve((request) => {
    const answer =
      paths[`${request.method} ${request.path}`] ?? (request.path.includes('/associations/') ? NONE : null);
    if (answer === null) throw new Error(`no answer for ${request.method} ${request.path}`);
    return typeof answer === 'function' ? answer(request) : answer;
  });
}
const to = (type: string) => `POST /crm/associations/2026-09/companies/${type}/batch/read`;
const read = (type: string) => `POST /crm/objects/2026-09/${type}/batch/read`;

describe('reading accounts', () => {
  test('asks with the token for the configured properties, and understands their values', async () => {
    const { url, requests } = await portal({});
    const [linked, other] = await allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    expect(linked).toEqual({
      externalId: '9001',
      account: 'a_0001',
      profile: {
        name: 'Summit Health',
        segment: 'mid_market',
        timezone: 'America/Denver',
        ownerId: '41629779',
        csmId: null,
        arrCents: 1_916_450,
        renewalOn: '2026-03-30',
      },
      contacts: [],
      tickets: [],
      outreach: [],
    });
    expect(other).toMatchObject({ externalId: '9002', account: null, profile: { name: 'Company 9002' } });
    expect(requests[0]).toMatchObject({ method: 'GET', authorization: `Bearer ${SECRETS.HUBSPOT_TOKEN}` });
    expect(requests[0]?.query.get('limit')).toBe('100');
    expect(requests[0]?.query.get('properties')?.split(',')).toContain('headroom_account_id');
    // What belongs to a company that is not linked is nobody's business.
    for (const { path, body } of requests)
      if (path.includes('/associations/')) expect(body).toEqual({ inputs: [{ id: '9001' }] });
  });

  test('goes through all pages of companies', async () => {
    const [company] = companiesPage.results;
    const { url, requests } = await portal({
      'GET /crm/objects/2026-09/companies': ({ query }) =>
        query.get('after') === '9001'
          ? { body: { results: [{ ...company, id: '9005' }] } }
          : { body: { results: [company], paging: { next: { after: '9001', link: 'unused' } } } },
    });
    const accounts = await allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    expect(accounts.map(({ externalId }) => externalId)).toEqual(['9001', '9005']);
    expect(requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/companies'))).toHaveLength(2);
  });

  test('a cursor that comes back for ever is an error, not a loop', async () => {
    const next = { paging: { next: { after: '1' } } };
    const { url } = await portal({ 'GET /crm/objects/2026-09/companies': { body: { results: [], ...next } } });
    const reading = allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    await expect(reading).rejects.toMatchObject({ code: 'unexpected_response' });
  });

  test('another shape is an error that names the field', async () => {
    const { url } = await portal({ 'GET /crm/objects/2026-09/companies': { body: { results: [{ id: 7 }] } } });
    const reading = allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    await expect(reading).rejects.toMatchObject({
      code: 'unexpected_response',
      message: expect.stringContaining('results.0.id'),
    });
  });
});

describe('contacts', () => {
  const contacts = {
    [to('contacts')]: { body: associations([501, 502, 503, 504]) },
    [read('contacts')]: { status: 207, body: contactsWithGap },
  };

  test('come with role, user id, opt-outs and bounces; those without an address or deleted are left out', async () => {
    const { url, requests } = await portal(contacts);
    const settings = { admin_property: 'hs_buying_role', admin_value: 'decision_maker' };
    const [account] = await allAccounts(connect(url, { settings }).crm.readAccounts(callWithin(5_000)));
    expect(account?.contacts).toEqual([
      {
        externalId: '501',
        email: 'ana@a0001.example',
        name: 'Ana Ruiz',
        isAdmin: true,
        userId: 'u_0001_1',
        optedOutOfMarketing: true,
        optedOutOfAll: false,
        hardBounced: false,
        createdAt: '2025-02-01T08:00:00.000Z',
      },
      expect.objectContaining({
        externalId: '502',
        isAdmin: false,
        optedOutOfMarketing: false,
        optedOutOfAll: true,
        hardBounced: true,
      }),
    ]);
    const body = requests.find(({ path }) => path.endsWith('contacts/batch/read') && path.includes('/objects/'))?.body;
    expect(body).toMatchObject({
      inputs: [{ id: '501' }, { id: '502' }, { id: '503' }, { id: '504' }],
      propertiesWithHistory: [],
    });
  });

  test('an opt-out of a subscription type that is not ours does not count where ours are named', async () => {
    const { url, requests } = await portal(contacts);
    const settings = { marketing_subscriptions: ['5113556'] };
    const [account] = await allAccounts(connect(url, { settings }).crm.readAccounts(callWithin(5_000)));
    expect(account?.contacts[0]).toMatchObject({ optedOutOfMarketing: false });
    expect(requests.some(({ path }) => path.includes('/properties/'))).toBe(false);
  });

  test('a company with many is read page by page, each company by its own cursor', async () => {
    const { url, requests } = await portal({
      ...contacts,
      [to('contacts')]: ({ body }) =>
        JSON.stringify(body).includes('NTAx')
          ? { body: associations(['502']) }
          : { body: associations(['501'], 'NTAx') },
    });
    const [account] = await allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    expect(account?.contacts).toHaveLength(2);
    const asked = requests.filter(({ path }) => path.includes('companies/contacts'));
    expect(asked.map(({ body }) => body)).toEqual([
      { inputs: [{ id: '9001' }] },
      { inputs: [{ id: '9001', after: 'NTAx' }] },
    ]);
  });

  test('a batch that failed for another reason is no empty list', async () => {
    const errors = [{ status: 'error', category: 'INTERNAL_ERROR', message: 'internal error' }];
    const failed = { status: 207, body: { status: 'COMPLETE', results: [], numErrors: 1, errors } };
    const { url } = await portal({ [to('contacts')]: failed });
    const reading = allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    await expect(reading).rejects.toMatchObject({ code: 'transient' });
  });
});

describe('tickets', () => {
  const ticket = (id: string, pipeline: string, stage: string, priority: string | null) =>
    object(id, {
      subject: `ticket ${id}`,
      hs_pipeline: pipeline,
      hs_pipeline_stage: stage,
      hs_ticket_priority: priority,
      createdate: '2026-03-05T08:00:00.000Z',
    });
  const answers = {
    [to('tickets')]: { body: associations(['1', '2', '3', '4']) },
    [read('tickets')]: batch(
      ticket('1', '812723471', '1234912', 'HIGH'),
      ticket('2', '812723471', '1234914', 'URGENT'),
      ticket('3', '812723472', '1234914', 'urgent'),
      ticket('4', '812723472', 'unknown', 'LOW'),
    ),
  };

  test('are open by the state of their stage in their own pipeline, and where no state is told', async () => {
    const { url, requests } = await portal(answers);
    const { crm } = connect(url);
    const [account] = await allAccounts(crm.readAccounts(callWithin(5_000)));
    expect(account?.tickets.map(({ externalId, open, severe }) => [externalId, open, severe])).toEqual([
      ['1', true, true],
      ['2', false, true],
      ['3', true, true],
      ['4', true, false],
    ]);
    expect(account?.tickets[0]).toMatchObject({
      account: 'a_0001',
      subject: 'ticket 1',
      at: '2026-03-05T08:00:00.000Z',
    });
    await allAccounts(crm.readAccounts(callWithin(5_000)));
    expect(requests.filter(({ path }) => path.includes('/pipelines/'))).toHaveLength(1);
  });

  test('are severe by the configured priorities, in the configured pipelines', async () => {
    const { url } = await portal(answers);
    const settings = { severe_priorities: ['URGENT', 'LOW'], severe_pipelines: ['812723472'] };
    const [account] = await allAccounts(connect(url, { settings }).crm.readAccounts(callWithin(5_000)));
    expect(account?.tickets.map(({ severe }) => severe)).toEqual([false, false, true, true]);
  });
});

describe('outreach', () => {
  const owner = { hubspot_owner_id: '41629779' };
  const lately = { ...owner, hs_timestamp: '2026-03-18T09:00:00Z' };
  const answers = (type: string, ...objects: Record<string, string | null>[]) => ({
    [to(type)]: { body: associations(objects.map((_, n) => String(n + 1))) },
    [read(type)]: batch(...objects.map((properties, n) => object(String(n + 1), properties))),
  });
  const outreachOf = async (answer: ReturnType<typeof answers>) => {
    const { url } = await portal(answer);
    const [account] = await allAccounts(connect(url).crm.readAccounts(callWithin(5_000)));
    return account?.outreach ?? [];
  };

  test('is a call that took place, with who made it and when', async () => {
    const found = await outreachOf(
      answers(
        'calls',
        { ...lately, hs_call_status: 'COMPLETED' },
        { ...lately, hs_call_status: null },
        { ...lately, hs_call_status: 'NO_ANSWER' },
        { ...lately, hubspot_owner_id: null },
      ),
    );
    expect(found).toEqual(
      ['1', '2'].map((externalId) => ({
        account: 'a_0001',
        by: '41629779',
        channel: 'call',
        at: '2026-03-18T09:00:00.000Z',
        externalId,
      })),
    );
  });

  test('is an e-mail that one of our people sent: not one that came in, bounced, waits, or that headroom sent', async () => {
    const found = await outreachOf(
      answers(
        'emails',
        { ...lately, hs_email_direction: 'EMAIL', hs_email_status: 'SENT', hs_email_from_email: 'am@vendor.example' },
        { ...lately, hs_email_direction: 'INCOMING_EMAIL', hs_email_status: 'SENT' },
        { ...lately, hs_email_direction: 'EMAIL', hs_email_status: 'BOUNCED' },
        { ...lately, hs_email_direction: 'EMAIL', hs_email_status: 'SCHEDULED' },
        {
          ...lately,
          hs_email_direction: 'EMAIL',
          hs_email_status: 'SENT',
          hs_email_from_email: 'Success@company.example',
        },
      ),
    );
    expect(found.map(({ channel, externalId }) => [channel, externalId])).toEqual([['email', '1']]);
  });

  test('is a meeting that was not called off', async () => {
    const found = await outreachOf(
      answers(
        'meetings',
        { ...lately, hs_meeting_outcome: 'COMPLETED' },
        { ...lately, hs_meeting_outcome: 'SCHEDULED' },
        { ...lately, hs_meeting_outcome: 'NO_SHOW' },
        { ...lately, hs_meeting_outcome: 'CANCELED' },
      ),
    );
    expect(found.map(({ externalId }) => externalId)).toEqual(['1', '2']);
  });

  test('is of the last 90 days, and never of the future', async () => {
    const found = await outreachOf(
      answers(
        'meetings',
        { ...owner, hs_timestamp: '2026-03-25T09:00:00Z', hs_meeting_outcome: 'SCHEDULED' },
        { ...owner, hs_timestamp: '2025-12-21T09:00:00Z', hs_meeting_outcome: 'COMPLETED' },
        { ...owner, hs_timestamp: '2025-12-10T09:00:00Z', hs_meeting_outcome: 'COMPLETED' },
      ),
    );
    expect(found.map(({ externalId }) => externalId)).toEqual(['2']);
  });
});

describe('owners', () => {
  test('are people by the id that records carry, from all pages', async () => {
    const { url, requests } = await serve(({ query }) =>
      query.has('after') ? { body: { results: [] } } : { body: ownersPage },
    );
    const owners = await connect(url).crm.readOwners(callWithin(5_000));
    expect(owners).toEqual([{ id: '41629779', email: 'am@vendor.example', name: 'Mia Test Owner', active: true }]);
    expect(requests.map(({ query }) => query.get('after'))).toEqual([null, 'NTI1Cg%3D%3D']);
    expect(requests[0]?.query.get('archived')).toBe('false');
  });
});

describe('a task', () => {
  test('association types are those of the vendor’s own package', () => {
    expect(TASK_TO_COMPANY).toBe(AssociationTypes.taskToCompany);
    expect(TASK_TO_CONTACT).toBe(AssociationTypes.taskToContact);
  });

  test('is one request in the documented form', async () => {
    const { url, requests } = await serve(() => ({ status: 201, body: object('77', {}) }));
    const { crm } = connect(url);
    const call = fakeWriteCall('k');
    const payload = crm.createTask.prepare(taskInput({ companyId: '9001', contactId: '501', ownerId: '41629779' }));
    expect(await crm.createTask.send(payload, call)).toEqual({ taskId: '77' });
    expect(call.sent()).toBe(true);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/crm/objects/2026-09/tasks' });
    expect(requests[0]?.body).toMatchInlineSnapshot(`
      {
        "associations": [
          {
            "to": {
              "id": "9001",
            },
            "types": [
              {
                "associationCategory": "HUBSPOT_DEFINED",
                "associationTypeId": 192,
              },
            ],
          },
          {
            "to": {
              "id": "501",
            },
            "types": [
              {
                "associationCategory": "HUBSPOT_DEFINED",
                "associationTypeId": 204,
              },
            ],
          },
        ],
        "properties": {
          "hs_task_body": "Used 24 of 25 seats.<br>Start a trial: <a href="https://hub.example/a/tok_1?x=1&amp;y=2">https://hub.example/a/tok_1?x=1&amp;y=2</a>.<br><br>Ref: Zm9vYmFy-_1",
          "hs_task_priority": "HIGH",
          "hs_task_status": "NOT_STARTED",
          "hs_task_subject": "Call Summit Health: 95 % of seats",
          "hs_task_type": "TODO",
          "hs_timestamp": "2026-03-22T10:00:00.000Z",
          "hubspot_owner_id": "41629779",
        },
      }
    `);
  });

  test.each([
    ['the connection breaks', null],
    ['the server breaks', { status: 502, body: { message: 'bad gateway' } }],
    ['the answer cannot be read', { status: 201, body: { unexpected: true } }],
  ])('has an unknown outcome when %s after the request', async (_, answer) => {
    const { url } = await serve(() => answer);
    const { crm } = connect(url);
    const sending = crm.createTask.send(crm.createTask.prepare(taskInput()), fakeWriteCall('k'));
    await expect(sending).rejects.toMatchObject({ code: 'outcome_unknown' });
  });

  test('is not sent after its deadline', async () => {
    const { url, requests } = await serve(() => ({ status: 201, body: object('77', {}) }));
    const { crm } = connect(url);
    const late = { ...fakeWriteCall('k'), deadline: performance.now() - 1 };
    const sending = crm.createTask.send(crm.createTask.prepare(taskInput()), late);
    await expect(sending).rejects.toMatchObject({ code: 'transient' });
    expect(requests).toHaveLength(0);
  });

  test('cannot be settled while the company’s tasks cannot be read', async () => {
    const { url } = await serve(() => ({ status: 503, body: { message: 'unavailable' } }));
    const { crm } = connect(url);
    const call = { ...callWithin(5_000), idempotencyKey: 'k' };
    const looking = crm.createTask.find?.(crm.createTask.prepare(taskInput()), call);
    await expect(looking).rejects.toMatchObject({ code: 'transient' });
  });
});

describe('limits', () => {
  const askOwners = (url: string, more: Parameters<typeof connect>[1] = {}) => {
    const { crm, dependencies } = connect(url, more);
    return { asking: crm.readOwners(callWithin(5_000)), dependencies };
  };

  test('a used-up window makes every worker wait', async () => {
    const { url, requests } = await serve(() => ({ status: 429, body: rateLimited('TEN_SECONDLY_ROLLING') }));
    const { asking, dependencies } = askOwners(url);
    await expect(asking).rejects.toMatchObject({ code: 'rate_limited' });
    expect(dependencies.pauses).toHaveLength(1);
    expect(dependencies.pauses[0]?.wireMs).toBeGreaterThan(Date.now() + 5_000);
    expect(requests).toHaveLength(1);
  });

  test.each([
    // The test's time is 06:00 in New York, the company's zone, and 19:00 in Tokyo.
    [{}, 18],
    [{ settings: { portal_timezone: 'Asia/Tokyo' } }, 5],
    [{ scale: 3_600 }, 18],
  ])('a used-up day ends at midnight in the portal’s zone, on the business clock: %o', async (more, hours) => {
    const { url } = await serve(() => ({ status: 429, body: rateLimited('DAILY') }));
    const error = await askOwners(url, more).asking.catch((thrown: { retryAfterMs: number }) => thrown);
    const businessMs = 'retryAfterMs' in error ? error.retryAfterMs * ('scale' in more ? more.scale : 1) : Number.NaN;
    expect(Math.abs(businessMs - hours * 3_600_000)).toBeLessThan(3_600_000);
  });

  test('bad credentials are a matter for their owner', async () => {
    const { url } = await serve(() => ({ status: 401, body: { category: 'INVALID_AUTHENTICATION', message: 'no' } }));
    const { check, dependencies } = connect(url);
    await expect(check(callWithin(5_000))).rejects.toMatchObject({ code: 'authentication' });
    expect(dependencies.pauses).toEqual([]);
  });
});

describe('hosts', () => {
  test('a sandbox connection reaches no address beyond loopback', async () => {
    const { check } = connect('http://10.1.2.3:9');
    await expect(check(callWithin(5_000))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('loopback'),
    });
  });

  test('an answer that points elsewhere is not followed', async () => {
    const elsewhere = await serve(() => ({ body: { results: [] } }));
    const { url } = await serve(() => ({ status: 302, headers: { location: elsewhere.url }, body: {} }));
    await expect(connect(url).check(callWithin(5_000))).rejects.toMatchObject({ code: 'unexpected_response' });
    expect(elsewhere.requests).toHaveLength(0);
  });
});
