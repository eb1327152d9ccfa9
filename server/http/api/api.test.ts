import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../../domain/model.ts';
import {
  beginAttempt,
  claimEffect,
  findTouch,
  holdEvents,
  insertTriggerEvents,
  inTransaction,
  listAudit,
  listEngagement,
  markSending,
  markUnclear,
  nextInbox,
  noteAnswer,
  park,
  putPrompt,
  recordNearMisses,
  type Tx,
  takeIn,
  upsertAccounts,
} from '../../../store/index.ts';
import { httpServer, type TestServer } from '../../../test/support/http-server.ts';
import { anAccount, anEvent, aRequest, minutesLater, send, T0 } from '../../../test/support/store-rows.ts';
import type { HttpContext } from '../context.ts';

const requestTrial = vi.fn<HttpContext['requestTrial']>();
const endTrial = vi.fn<HttpContext['endTrial']>();
const ingestReadings = vi.fn<HttpContext['ingestReadings']>();
let server: TestServer;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(server.store, work);
const get = async (url: string) => {
  const reply = await server.call('admin', 'GET', url);
  expect(reply.statusCode, reply.body).toBe(200);
  return reply.json();
};
const post = (url: string, body: unknown = {}) => server.call('admin', 'POST', url, body);
const auditOf = (subject: string) => run((tx) => listAudit(tx, { subject }));

beforeAll(async () => {
  server = await httpServer({ requestTrial, endTrial, ingestReadings });
});
afterAll(() => server.close());
beforeEach(() => {
  for (const port of [requestTrial, endTrial, ingestReadings]) port.mockReset();
});

describe('usage', () => {
  const row = {
    account: 'acme',
    product: 'core',
    metric: 'api_calls',
    observedAt: '2026-03-02T11:00:00+01:00',
    used: 5,
  };

  test('bad rows are answered by index with the reason, good ones are handed on in UTC', async () => {
    ingestReadings.mockResolvedValue({ stored: 1, rejected: [{ index: 1, reason: 'there is no metric x' }] });
    const rows = [
      { ...row, used: -1 },
      row,
      'nonsense',
      { type: 'fact', account: 'acme', fact: 'breadth', value: 0.7, extra: true },
      { ...row, metric: 'x' },
    ];
    const reply = await server.call('product', 'POST', '/api/v1/usage', { rows });
    expect(reply.statusCode).toBe(200);
    expect(ingestReadings).toHaveBeenCalledWith('api', [
      { ...row, type: 'reading', observedAt: T0 },
      { ...row, type: 'reading', observedAt: T0, metric: 'x' },
    ]);
    expect(reply.json()).toEqual({
      stored: 1,
      rejected: [
        { index: 0, reason: expect.stringContaining('used') },
        { index: 2, reason: expect.any(String) },
        { index: 3, reason: expect.stringContaining('extra') },
        { index: 4, reason: 'there is no metric x' },
      ],
    });
  });

  test('over 1,000 rows are refused as a whole', async () => {
    const reply = await server.call('product', 'POST', '/api/v1/usage', { rows: Array(1_001).fill(row) });
    expect(reply.statusCode).toBe(400);
    expect(reply.json().error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('rows') });
    expect(ingestReadings).not.toHaveBeenCalled();
  });

  test.each([
    ['over 1 MB', 'application/json', JSON.stringify({ rows: ['x'.repeat(1_100_000)] }), 413, 'body_too_large'],
    ['not JSON', 'application/json', '{"rows":', 400, 'invalid_json'],
    ['of another type', 'text/csv', 'a,b', 415, 'unsupported_media_type'],
  ])('a body %s is refused with a sentence', async (_, type, payload, status, code) => {
    const headers = { authorization: `Bearer ${server.tokens.product}`, 'content-type': type };
    const reply = await server.app.inject({ method: 'POST', url: '/api/v1/usage', headers, payload });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ error: { code, message: expect.any(String), remedy: expect.any(String) } });
  });
});

describe('prompts', () => {
  const key = `acme/core/api_calls/usage_80/${T0}:remind:message.send:ana@acme.example:1:${'x'.repeat(300)}`;
  const path = (mark: string) => `/api/v1/prompts/${encodeURIComponent(key)}/${mark}`;

  test('are listed for their user, marked by their long key, and gone once clicked', async () => {
    await run(async (tx) => {
      await claimEffect(tx, server.store.vault, aRequest({ key, channel: 'in_app' }), send);
      const link = { label: 'See plans', url: 'https://hub.example/t/x' };
      await putPrompt(
        tx,
        { key, account: 'acme', user: 'u1', title: 'T', body: 'B', link, expiresAt: minutesLater(60) },
        T0,
      );
    });
    const list = () => server.call('product', 'GET', '/api/v1/prompts?account=acme&user=u1');
    expect((await list()).json()).toEqual({
      prompts: [
        {
          key,
          title: 'T',
          body: 'B',
          link: { label: 'See plans', url: 'https://hub.example/t/x' },
          createdAt: T0,
          expiresAt: minutesLater(60),
        },
      ],
    });
    for (const mark of ['shown', 'shown', 'clicked'])
      expect((await server.call('product', 'POST', path(mark), {})).statusCode).toBe(200);
    expect((await list()).json()).toEqual({ prompts: [] });
    expect((await run((tx) => listEngagement(tx, key))).map(({ kind }) => kind)).toEqual(['shown', 'in_app_clicked']);
    expect((await run((tx) => findTouch(tx, key)))?.engagedAt).toBe(T0);
  });

  test('know three marks only', async () => {
    expect((await server.call('product', 'POST', path('liked'), {})).statusCode).toBe(400);
  });
});

describe('accounts', () => {
  test('come in pages of the size asked for', async () => {
    await run((tx) =>
      upsertAccounts(
        tx,
        ['p1', 'p2', 'p3'].map((id) => anAccount({ id, name: `Page ${id}` })),
        T0,
      ),
    );
    const first = await get('/api/v1/accounts?search=Page&limit=2');
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(['p1', 'p2']);
    const second = await get(`/api/v1/accounts?search=Page&limit=2&after=${first.next}`);
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual(['p3']);
    expect(second.next).toBeNull();
  });

  test.each(['limit=0', 'limit=201', 'limit=x', 'after=%00', 'after=W10', 'search=%00'])(
    '%s is refused',
    async (query) => {
      expect((await server.call('viewer', 'GET', `/api/v1/accounts?${query}`)).statusCode).toBe(400);
    },
  );

  test('an unknown one is 404 with what to do', async () => {
    const reply = await server.call('viewer', 'GET', '/api/v1/accounts/nobody');
    expect(reply.statusCode).toBe(404);
    expect(reply.json().error.remedy).toContain('/api/v1/accounts?search=');
  });

  test('why: near misses are told with their reason as a sentence, filtered by trigger', async () => {
    await run(async (tx) => {
      await upsertAccounts(tx, [anAccount({ id: 'why1' })], T0);
      await insertTriggerEvents(tx, [anEvent({ id: 'tw1', account: 'why1' })], T0);
      const miss = { account: 'why1', product: 'core', metric: 'seats', at: T0, reason: 'cap', numbers: { used: 3 } };
      await recordNearMisses(tx, [{ ...miss, trigger: 'usage_95' }]);
    });
    const all = await get('/api/v1/accounts/why1/why');
    expect(all.entries.map(({ kind }: { kind: string }) => kind)).toEqual(['event', 'decision']);
    const [only] = (await get('/api/v1/accounts/why1/why?trigger=usage_95')).entries;
    expect(only.decision).toMatchObject({
      reason: 'cap',
      sentence: 'The trigger has fired as often as it may.',
      numbers: { used: 3 },
    });
  });
});

describe('trials', () => {
  const granted = { kind: 'accepted' as const, offerId: 'of1', state: 'granting' as const, sentence: 'It starts.' };

  test('are asked for in the name of the person, with the role of the token', async () => {
    requestTrial.mockResolvedValue(granted);
    const reply = await server.call('am', 'POST', '/api/v1/trials', { account: 'acme', actor: 'ana@own.example' });
    expect(reply.statusCode).toBe(202);
    expect(reply.json()).toEqual({ offerId: 'of1', state: 'granting', sentence: 'It starts.' });
    expect(requestTrial).toHaveBeenCalledWith({
      surface: 'api',
      connection: null,
      actor: { email: 'ana@own.example', role: 'am' },
      target: { account: 'acme', product: null },
    });
    expect(await auditOf('of1')).toMatchObject([
      { action: 'trial.requested', actor: 'a am', detail: { person: 'ana@own.example', kind: 'accepted' } },
    ]);
  });

  test.each([
    ['had_trial', 409],
    ['not_allowed', 403],
    ['needs_approval', 403],
    ['unknown_account', 404],
  ] as const)('a refusal for %s is %i with its sentence', async (reason, status) => {
    requestTrial.mockResolvedValue({ kind: 'refused', reason, sentence: 'No, because.' });
    const reply = await server.call('am', 'POST', '/api/v1/trials', { offerId: 'of9' });
    expect(reply.statusCode).toBe(status);
    expect(reply.json().error).toMatchObject({ code: reason, message: 'No, because.' });
  });

  test.each([{}, { offerId: 'of1', account: 'acme' }])('%j names not exactly one thing', async (body) => {
    expect((await server.call('am', 'POST', '/api/v1/trials', body)).statusCode).toBe(400);
    expect(requestTrial).not.toHaveBeenCalled();
  });

  test('are ended with a reason', async () => {
    endTrial.mockResolvedValue({ kind: 'refused', reason: 'not_running', sentence: 'It does not run.' });
    const reply = await server.call('revops', 'POST', '/api/v1/trials/of1/end', { reason: 'asked for' });
    expect(reply.statusCode).toBe(409);
    expect(endTrial).toHaveBeenCalledWith({
      offerId: 'of1',
      actor: { email: 'a revops', role: 'revops' },
      reason: 'asked for',
    });
  });
});

/** As the SMTP connector stores a mail. */
const LETTER = {
  from: 'success@tidewater.example',
  to: 'ana@acme.example',
  messageId: '<m1@mail.example.com>',
  raw: 'From: success@tidewater.example\r\nSubject: Your\r\n usage\r\n\r\nhttps://hub.example/t/open-sesame\r\n',
};

describe('effects', () => {
  test('an unclear one is settled once, by name', async () => {
    const key = 'te9/x:mail:message.send:p:1';
    await run(async (tx) => {
      const at = { now: T0, wireNow: 1_000_000 };
      await claimEffect(tx, server.store.vault, aRequest({ key, account: 'settle1' }), send);
      await beginAttempt(tx, server.store.vault, key, { ...at, timeoutMs: 1_000, judged: true });
      await markSending(tx, key, 1, at);
      await markUnclear(tx, key, { ...at, reason: 'connection lost' });
    });
    const listed = await get('/api/v1/effects?phase=unclear');
    expect(listed.items.map((item: { key: string }) => item.key)).toEqual([key]);
    expect(listed.items[0]).not.toHaveProperty('payload');

    const url = `/api/v1/effects/${encodeURIComponent(key)}/settle`;
    const settled = await post(url, { outcome: 'confirmed', note: 'seen in the mailbox' });
    expect(settled.json()).toMatchObject({ phase: 'confirmed', result: { settledBy: 'a admin' } });
    expect(await auditOf(key)).toMatchObject([{ action: 'effect.settled', actor: 'a admin', door: 'api' }]);
    const again = await post(url, { outcome: 'refused', note: 'no' });
    expect(again.statusCode).toBe(409);
    expect(again.json().error.message).toContain('confirmed');
  });

  async function doubtful(key: string, account: string) {
    await run(async (tx) => {
      const at = { now: T0, wireNow: 1_000_000 };
      await claimEffect(tx, server.store.vault, aRequest({ key, account, payload: LETTER }), send);
      await beginAttempt(tx, server.store.vault, key, { ...at, timeoutMs: 1_000, judged: true });
      await markSending(tx, key, 1, at);
      await noteAnswer(tx, key, 1, {
        at: T0,
        code: 'outcome_unknown',
        said: 'reset',
        vendorCode: null,
        requestId: 'r7',
      });
      await markUnclear(tx, key, { ...at, reason: 'connection lost' });
    });
  }

  test('one in doubt shows what was to be sent to whom, each attempt, and where to look', async () => {
    await doubtful('show/1', 'show1');
    const shown = await get(`/api/v1/effects/${encodeURIComponent('show/1')}`);
    expect(shown).toMatchObject({
      effect: { key: 'show/1', phase: 'unclear' },
      request: { to: 'ana@acme.example', what: 'Your usage', lookFor: 'Message-ID <m1@mail.example.com>' },
      attempts: [{ attempt: 1, kind: 'send', firstByteAt: T0, answer: { code: 'outcome_unknown', requestId: 'r7' } }],
      verdicts: [{ kind: 'send' }],
      audit: [],
      retry: expect.stringContaining('did not arrive'),
    });
    // Links in a letter open doors.
    expect(JSON.stringify(shown)).not.toContain('open-sesame');
  });

  test('nothing is repaired without a word to do it, and then once, with who asked', async () => {
    await doubtful('repair/1', 'repair1');
    await doubtful('repair/2', 'repair1');
    const ask = { action: 'retry', filter: { account: 'repair1' }, didNotArrive: true, note: 'not in the log' };
    const shown = await post('/api/v1/effects/repair', ask);
    expect(shown.json()).toMatchObject({ dryRun: true, items: [{ does: 'resend' }, { does: 'resend' }] });
    expect((await get('/api/v1/effects?account=repair1&phase=unclear')).items).toHaveLength(2);

    const key = 'repair/1';
    const { filter: _, ...named } = { ...ask, keys: [key], dryRun: false };
    expect((await post('/api/v1/effects/repair', named)).json()).toMatchObject({ items: [{ does: 'resend' }] });
    expect((await post('/api/v1/effects/repair', named)).json()).toMatchObject({ items: [{ does: 'no' }] });
    expect(await auditOf(key)).toMatchObject([
      { action: 'effect.retried', actor: 'a admin', detail: { didNotArrive: true, note: 'not in the log' } },
    ]);
    const confirmed = { action: 'confirm', keys: ['repair/2'], note: 'seen', dryRun: false };
    await post('/api/v1/effects/repair', confirmed);
    expect((await get('/api/v1/effects?account=repair1&phase=confirmed')).items).toMatchObject([{ key: 'repair/2' }]);
    expect((await post('/api/v1/effects/repair', { ...named, keys: ['repair/2'] })).json()).toMatchObject({
      items: [{ does: 'no', sentence: expect.stringContaining('never sent again') }],
    });
  });

  test('a repair must say which effects it means, and only a retry asks whether it arrived', async () => {
    const note = 'x';
    const wrong = [
      { action: 'retry', note },
      { action: 'retry', note, keys: ['a'], filter: {} },
    ];
    for (const body of wrong) expect((await post('/api/v1/effects/repair', body)).statusCode).toBe(400);
    const body = { action: 'confirm', note, keys: ['a'], didNotArrive: true };
    expect((await post('/api/v1/effects/repair', body)).statusCode).toBe(400);
    expect((await post('/api/v1/effects/repair', { action: 'retry', keys: ['nobody'], note })).statusCode).toBe(404);
  });
});

describe('the inbox', () => {
  async function parkedEvent(id: string, object: string): Promise<number> {
    return await run(async (tx) => {
      const event = { id, type: 'customer.updated', object, occurredAt: T0, body: { customerId: object } };
      await takeIn(tx, 'billing', [event, { ...event, id: `${id}-next` }], { now: T0, wireNow: 0 });
      const row = (await nextInbox(tx, 100, { wireNow: 0, leaseMs: 1_000 })).find((one) => one.eventId === id);
      await park(tx, row?.id ?? 0, 'no such customer');
      return row?.id ?? 0;
    });
  }

  test('parked events are replayed and skipped by name or filter, after a look, with who did it', async () => {
    const [one, two] = [await parkedEvent('evt1', 'cus_1'), await parkedEvent('evt2', 'cus_2')];
    expect((await get('/api/v1/inbox?source=billing')).items).toMatchObject([
      { id: one, behind: 1 },
      { id: two, behind: 1 },
    ]);
    const ask = { action: 'replay', filter: { source: 'billing' }, reason: 'customer is back' };
    const shown = await post('/api/v1/inbox/repair', ask);
    expect(shown.json()).toMatchObject({ dryRun: true, items: [{ does: 'replay' }, { does: 'replay' }] });
    expect((await get('/api/v1/inbox')).items).toHaveLength(2);

    const skipped = { action: 'skip', ids: [one], reason: 'a test event', dryRun: false };
    expect((await post('/api/v1/inbox/repair', skipped)).json()).toMatchObject({ items: [{ does: 'skip' }] });
    expect((await post('/api/v1/inbox/repair', skipped)).json()).toMatchObject({ items: [{ does: 'no' }] });
    expect(await get(`/api/v1/inbox/${one}`)).toMatchObject({
      event: { state: 'done', skipped: 'a test event', error: 'no such customer', body: { customerId: 'cus_1' } },
      audit: [{ action: 'inbox.skipped', actor: 'a admin', detail: { reason: 'a test event' } }],
    });
    await post('/api/v1/inbox/repair', { ...ask, dryRun: false });
    expect(await get(`/api/v1/inbox/${two}`)).toMatchObject({ event: { state: 'new', attempts: 0 } });
    expect((await get('/api/v1/inbox')).items).toEqual([]);
    expect((await post('/api/v1/inbox/repair', { action: 'skip', reason: 'x' })).statusCode).toBe(400);
    expect((await post('/api/v1/inbox/repair', { ...skipped, ids: [999_999] })).statusCode).toBe(404);
  });
});

describe('operation', () => {
  test('a pause needs a known name and a reason, shows in the status and is audited', async () => {
    const wrong = await post('/api/v1/pause', { scope: 'play', name: 'sumary', state: 'paused', reason: 'x' });
    expect(wrong.json().error).toMatchObject({ code: 'invalid_request', remedy: 'Use one of: summary.' });
    expect((await post('/api/v1/pause', { scope: 'all', state: 'paused' })).statusCode).toBe(400);

    await post('/api/v1/pause', { scope: 'play', name: 'summary', state: 'paused', reason: 'typo in the mail' });
    expect((await get('/api/v1/status')).pauses).toMatchObject([{ scope: 'play', name: 'summary', by: 'a admin' }]);
    const cleared = await post('/api/v1/pause', { scope: 'play', name: 'summary', state: 'running' });
    expect(cleared.json()).toEqual({ changed: true, pauses: [] });
    expect((await auditOf('play:summary')).map(({ action }) => action)).toEqual(['pause.cleared', 'pause.set']);
  });

  test('an incident is opened for a known scope, listed and closed', async () => {
    expect((await post('/api/v1/incidents', { scope: 'nowhere', state: 'open' })).statusCode).toBe(400);
    await post('/api/v1/incidents', { id: 'inc1', scope: 'core', state: 'open', note: 'API down' });
    expect((await get('/api/v1/incidents')).items).toMatchObject([{ id: 'inc1', scope: 'core', note: 'API down' }]);
    expect((await post('/api/v1/incidents', { scope: 'core', state: 'closed' })).json()).toMatchObject({ closed: 1 });
    expect((await get('/api/v1/incidents')).items).toEqual([]);
    expect((await get('/api/v1/incidents?open=false')).items).toHaveLength(1);
    expect((await auditOf('core')).map(({ action }) => action)).toEqual(['incident.closed', 'incident.opened']);
  });

  test('a held batch is shown and let go', async () => {
    await run(async (tx) => {
      await insertTriggerEvents(tx, [anEvent({ id: 'th1', account: 'held1' })], T0);
      await holdEvents(tx, { id: 'b1', connection: 'billing', trips: 90, median: 4, eventIds: ['th1'], now: T0 });
    });
    expect((await get('/api/v1/queue')).held).toMatchObject([{ id: 'b1', trips: 90, median: 4 }]);
    expect((await post('/api/v1/held/b1/release')).json()).toEqual({ batch: 'b1', events: 1 });
    expect((await get('/api/v1/held')).items).toEqual([]);
    expect(await auditOf('b1')).toMatchObject([{ action: 'held_batch.released' }]);
  });

  test('the report carries the clock and its lag', async () => {
    expect(await get('/api/v1/report')).toMatchObject({ clock: { scale: 1, lagP95Hours: 0.5 }, expansionAcvCents: 0 });
  });

  test('the audit is read in pages, newest first', async () => {
    const first = await get('/api/v1/audit?limit=1');
    const second = await get(`/api/v1/audit?limit=1&after=${first.next}`);
    expect(second.items[0].id).toBeLessThan(first.items[0].id);
  });
});

describe('the feed', () => {
  test('gives what is new since the cursor, and keeps the cursor when there is nothing', async () => {
    const at = (minutes: number) => {
      server.time.wireNow = Date.parse(minutesLater(minutes));
    };
    const tell = (id: string, minutes: number) =>
      run((tx) =>
        insertTriggerEvents(
          tx,
          [anEvent({ id, account: 'feed1', receivedAt: minutesLater(minutes) })],
          minutesLater(minutes),
        ),
      );
    at(600);
    let next: Json = (await get('/api/v1/feed')).next;
    await tell('tf1', 601);
    at(602);
    const news = await get(`/api/v1/feed?after=${next}`);
    expect(news.items).toMatchObject([
      {
        account: 'feed1',
        kind: 'trigger',
        trigger: 'usage_80',
        what: 'usage_80 came true',
        why: '81 % of api_calls',
        sent: null,
      },
    ]);
    next = news.next;
    expect(await get(`/api/v1/feed?after=${next}`)).toEqual({ items: [], next });
    await tell('tf2', 603);
    at(603);
    expect((await get(`/api/v1/feed?after=${next}`)).items).toEqual([]);
    at(604);
    expect((await get(`/api/v1/feed?after=${next}`)).items).toHaveLength(1);
  });

  test('takes no cursor of another list', async () => {
    const cursor = Buffer.from(JSON.stringify(['acme'])).toString('base64url');
    expect((await server.call('viewer', 'GET', `/api/v1/feed?after=${cursor}`)).statusCode).toBe(400);
  });
});
