import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../../domain/model.ts';
import {
  claimEffect,
  confirm,
  createOffer,
  findTouch,
  insertLinks,
  inTransaction,
  type LinkKind,
  listAudit,
  listEngagement,
  markUnclear,
  mintToken,
  readEffect,
  readPeople,
  replaceAccountPeople,
  type Tx,
  upsertAccounts,
  upsertPeople,
} from '../../../store/index.ts';
import { HANDED_OVER, handOver } from '../../../test/support/hand-over.ts';
import { httpServer, type TestServer } from '../../../test/support/http-server.ts';
import { anAccount, aRequest, minutesLater, send, T0 } from '../../../test/support/store-rows.ts';
import type { HttpContext } from '../context.ts';

const requestTrial = vi.fn<HttpContext['requestTrial']>();
const openUpgradeLink = vi.fn<HttpContext['openUpgradeLink']>();
const viewUpgrade = vi.fn<HttpContext['viewUpgrade']>();
let server: TestServer;
let n = 0;
/** Of the test that runs. */
let account = '';
let person = '';
let effectKey = '';
let offerId = '';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
const SCANNER = 'Mozilla/5.0 (compatible; MailLinkScanner/1.0)';
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(server.store, work);
const visit = (method: 'GET' | 'HEAD' | 'POST', url: string, agent = BROWSER) =>
  server.app.inject({ method, url, headers: { 'user-agent': agent } });

beforeAll(async () => {
  server = await httpServer({ requestTrial, openUpgradeLink, viewUpgrade });
});
afterAll(() => server.close());

beforeEach(async () => {
  n++;
  account = `a${n}`;
  person = `p${n}@acme.example`;
  effectKey = `te${n}:mail:message.send:${person}:1`;
  offerId = `of${n}`;
  server.time.now = minutesLater(60);
  requestTrial.mockReset();
  requestTrial.mockResolvedValue({ kind: 'accepted', offerId, state: 'granting', sentence: 'The trial starts now.' });
  openUpgradeLink.mockReset();
  openUpgradeLink.mockResolvedValue({ kind: 'ok', value: 'https://billing.example/confirm/1' });
  viewUpgrade.mockReset();
  viewUpgrade.mockResolvedValue({
    kind: 'ok',
    value: {
      accountName: '<b>Acme</b> & "Sons"',
      productName: 'Core',
      fromPlan: 'Starter',
      toPlan: 'Pro',
      currency: 'usd',
      currentMonthlyCents: 9_900,
      nextMonthlyCents: 29_900,
      dueNowCents: 10_050,
    },
  });
  await run(async (tx) => {
    await upsertAccounts(tx, [anAccount({ id: account, name: `<i>Acme ${n}</i>` })], T0);
    await upsertPeople(tx, [{ key: person, email: person, name: null, hardBounced: false }], T0);
    await replaceAccountPeople(
      tx,
      'crm',
      [account],
      [{ account, person, roles: ['admin'], externalId: null, since: null }],
    );
    const request = aRequest({ key: effectKey, account, person, triggerEventId: `te${n}` });
    await claimEffect(tx, server.store.vault, request, send);
  });
});

async function link(kind: LinkKind, body: Json, expiresAt = minutesLater(24 * 60)): Promise<string> {
  const token = mintToken();
  await run((tx) => insertLinks(tx, [{ token, kind, account, effectKey, person, body, expiresAt }], T0));
  return `/${{ upgrade: 't', unsubscribe: 'u', action: 'a' }[kind]}/${token}`;
}

/** The mail was accepted an hour before the moment of the test. */
async function delivered(): Promise<void> {
  await run(async (tx) => {
    await handOver(tx, server.store, effectKey);
    await confirm(tx, effectKey, { ...HANDED_OVER, result: null });
  });
}
/** It was handed over then, and the relay never answered. */
async function inDoubt(): Promise<void> {
  await run(async (tx) => {
    await handOver(tx, server.store, effectKey);
    await markUnclear(tx, effectKey, { ...HANDED_OVER, reason: 'the relay never answered' });
  });
}
const engagement = () => run((tx) => listEngagement(tx, effectKey));
const auditOf = (subject: string) => run((tx) => listAudit(tx, { subject }));

describe('an upgrade link', () => {
  const target = { subscriptionId: 'sub1', product: 'core', plan: 'pro' };

  test('shows the prices and one button, with every value escaped', async () => {
    const reply = await visit('GET', await link('upgrade', target));
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain('$99 a month');
    expect(reply.body).toContain('$299 a month');
    expect(reply.body).toContain('$100.50');
    expect(reply.body).toContain('&lt;b&gt;Acme&lt;/b&gt; &amp; &quot;Sons&quot;');
    expect(reply.body).not.toContain('<b>Acme');
    expect(reply.body.match(/<form method="post">/g)).toHaveLength(1);
    expect(reply.body).not.toContain('<script');
  });

  test('may be framed and cached by nobody, and tells its address to nobody', async () => {
    const { headers } = await visit('GET', await link('upgrade', target));
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*form-action 'self' https:.*frame-ancestors 'none'/,
    );
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('opened by GET or HEAD starts nothing; a person who opens it has engaged', async () => {
    await delivered();
    const url = await link('upgrade', target);
    await visit('HEAD', url);
    await visit('GET', url);
    expect(openUpgradeLink).not.toHaveBeenCalled();
    expect((await engagement()).map(({ kind, counts }) => [kind, counts])).toEqual([
      ['clicked', false],
      ['clicked', true],
    ]);
    expect(await auditOf(account)).toEqual([]);
  });

  test('opened by a scanner asks nothing of billing and does not count', async () => {
    await delivered();
    await visit('GET', await link('upgrade', target), SCANNER);
    expect(viewUpgrade).not.toHaveBeenCalled();
    expect((await engagement()).map(({ counts }) => counts)).toEqual([false]);
  });

  test('in a mail whose fate was unclear counts: whoever opens it has the mail, so it is confirmed', async () => {
    await inDoubt();
    await visit('GET', await link('upgrade', target));
    expect((await engagement()).map(({ kind, counts }) => [kind, counts])).toEqual([['clicked', true]]);
    const sent = await run((tx) => readEffect(tx, server.store.vault, effectKey));
    expect(sent?.effect).toMatchObject({ phase: 'confirmed', result: { settledBy: 'clicked' } });
    const touch = await run((tx) => findTouch(tx, effectKey));
    expect(touch).toMatchObject({ state: 'confirmed', deliveredAt: T0, engagedAt: minutesLater(60) });
  });

  test.each([
    ['by a scanner', SCANNER, minutesLater(60)],
    ['sooner than a person reads', BROWSER, T0],
  ])('in a mail whose fate is unclear, %s, settles nothing', async (_, agent, now) => {
    await inDoubt();
    server.time.now = now;
    await visit('GET', await link('upgrade', target), agent);
    expect((await engagement()).map(({ counts }) => counts)).toEqual([false]);
    expect((await run((tx) => readEffect(tx, server.store.vault, effectKey)))?.effect.phase).toBe('unclear');
  });

  test('in a mail that has not left counts as nothing', async () => {
    await visit('GET', await link('upgrade', target));
    expect((await engagement()).map(({ counts }) => counts)).toEqual([false]);
  });

  test('pressed leads to a billing page made at that moment, and is kept as a checkout', async () => {
    await delivered();
    const url = await link('upgrade', target);
    const reply = await visit('POST', url);
    expect([reply.statusCode, reply.headers.location]).toEqual([303, 'https://billing.example/confirm/1']);
    expect(openUpgradeLink).toHaveBeenCalledWith({ account, ...target, returnUrl: `https://hub.example${url}` });
    expect((await engagement()).map(({ kind, counts }) => [kind, counts])).toEqual([
      ['clicked', true],
      ['checkout_started', true],
    ]);
    expect(await auditOf(account)).toMatchObject([{ action: 'checkout.started', actor: person }]);
  });

  test('pressed when billing cannot do it says why and starts no checkout', async () => {
    openUpgradeLink.mockResolvedValue({ kind: 'unavailable', sentence: 'You are on Pro already.' });
    const reply = await visit('POST', await link('upgrade', target));
    expect(reply.statusCode).toBe(409);
    expect(reply.body).toContain('You are on Pro already.');
    expect((await engagement()).map(({ kind }) => kind)).toEqual(['clicked']);
  });

  test.each(['GET', 'POST'] as const)('expired: %s says so', async (method) => {
    const reply = await visit(method, await link('upgrade', target, minutesLater(30)));
    expect(reply.statusCode).toBe(410);
    expect(reply.body).toContain('has expired');
    expect(openUpgradeLink).not.toHaveBeenCalled();
  });

  test.each(['/t/nothing', '/u/nothing', '/a/nothing'])('%s is a page that says so', async (url) => {
    const reply = await visit('POST', url);
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  });
});

describe('an unsubscribe link', () => {
  const optedOut = async () => (await run((tx) => readPeople(tx, [account])))[0]?.optedOut;

  test('shown by GET changes nothing', async () => {
    const reply = await visit('GET', await link('unsubscribe', { category: 'marketing' }));
    expect(reply.body).toContain('<button type="submit">Unsubscribe</button>');
    expect(await optedOut()).toEqual([]);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--',
    ],
    ['application/x-www-form-urlencoded', ''],
  ])('posted as %s (%j) unsubscribes at once', async (type, payload) => {
    const url = await link('unsubscribe', { category: 'marketing' });
    const reply = await server.app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
    expect(reply.statusCode).toBe(200);
    expect(await optedOut()).toEqual(['marketing']);
    expect(await auditOf(account)).toMatchObject([{ action: 'person.unsubscribed', actor: person }]);
  });

  test('works years later, and twice', async () => {
    const url = await link('unsubscribe', { category: 'service' }, minutesLater(1));
    expect((await visit('POST', url)).statusCode).toBe(200);
    expect((await visit('POST', url)).statusCode).toBe(200);
    expect(await optedOut()).toEqual(['service']);
  });
});

describe('an action link', () => {
  const body = () => ({ action: 'start_trial', offerId, actor: 'ana@own.example' });
  beforeEach(() =>
    run((tx) =>
      createOffer(tx, {
        id: offerId,
        account,
        product: 'core',
        fromPlan: 'starter',
        toPlan: 'pro',
        triggerEventId: null,
        journeyId: null,
        state: 'offered',
        expiresAt: minutesLater(24 * 60),
        createdAt: T0,
      }),
    ),
  );

  test('shows what will happen and starts nothing', async () => {
    const url = await link('action', body());
    const replies = [await visit('HEAD', url), await visit('GET', url), await visit('GET', url, SCANNER)];
    expect(replies.map((reply) => reply.statusCode)).toEqual([200, 200, 200]);
    expect(replies[1]?.body).toContain(`&lt;i&gt;Acme ${n}&lt;/i&gt;`);
    expect(replies[1]?.body).toContain('14 days');
    expect(replies[1]?.body).toContain('ana@own.example');
    expect(requestTrial).not.toHaveBeenCalled();
  });

  test('pressed asks once, in the name of the person it was made for', async () => {
    const url = await link('action', body());
    const first = await visit('POST', url);
    const second = await visit('POST', url);
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    expect(first.body).toContain('The trial starts now.');
    expect(second.body).toContain('used before');
    expect(requestTrial.mock.calls).toEqual([
      [{ surface: 'crm_link', connection: null, actor: { email: 'ana@own.example', role: null }, target: { offerId } }],
    ]);
    expect(await auditOf(offerId)).toMatchObject([{ action: 'trial.requested', door: 'crm_link' }]);
  });

  test('refused says why and can be pressed again later', async () => {
    requestTrial.mockResolvedValueOnce({ kind: 'refused', reason: 'incident', sentence: 'An incident is running.' });
    const url = await link('action', body());
    const refused = await visit('POST', url);
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('An incident is running.');
    expect((await visit('POST', url)).statusCode).toBe(200);
  });

  test('pressed by somebody who may not is 403', async () => {
    requestTrial.mockResolvedValue({ kind: 'refused', reason: 'not_allowed', sentence: 'Only the owner may.' });
    expect((await visit('POST', await link('action', body()))).statusCode).toBe(403);
  });

  test.each(['GET', 'POST'] as const)('made for nobody: %s says so and asks for nothing', async (method) => {
    const reply = await visit(method, await link('action', { ...body(), actor: null }));
    expect(reply.statusCode).toBe(403);
    expect(reply.body).toContain('no owner');
    expect(reply.body).not.toContain('<form');
    expect(requestTrial).not.toHaveBeenCalled();
  });

  test('expired asks nobody', async () => {
    const reply = await visit('POST', await link('action', body(), minutesLater(30)));
    expect(reply.statusCode).toBe(410);
    expect(requestTrial).not.toHaveBeenCalled();
  });

  test('of an offer that is gone leads nowhere', async () => {
    const reply = await visit('POST', await link('action', { ...body(), offerId: 'of_none' }));
    expect(reply.statusCode).toBe(410);
    expect(requestTrial).not.toHaveBeenCalled();
  });
});

test('a page whose database is away says so as a page', async () => {
  const own = await httpServer();
  await own.store.close();
  const reply = await own.app.inject({ url: '/u/some-token' });
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
  expect(reply.body).toContain('The fault is ours');
  await own.close();
});
