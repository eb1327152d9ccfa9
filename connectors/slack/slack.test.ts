import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WorldAccount } from '../../sandbox/frame/types.ts';
import type { Chat } from '../kit/capabilities.ts';
import { fakeDependencies, fakeWriteCall } from '../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../kit/testing/twin-context.ts';
import { callWithin } from '../kit/time-limit.ts';
import { slack } from './index.ts';
import { alertInput } from './testing/alert.ts';
import { makeSlackTwin } from './twin/index.ts';

const secrets = { SLACK_BOT_TOKEN: 'xoxb-test-token', SLACK_SIGNING_SECRET: 'signing-secret' };
const OWNER = 'am_09@vendor.example';
const account: WorldAccount = {
  type: 'account',
  receivedAt: '2026-03-02T00:00:00Z',
  account: 'a_0001',
  name: 'Summit Health',
  segment: 'smb',
  employees: 19,
  timezone: 'America/Denver',
  region: 'us',
  arrCents: 1_916_400,
  renewalDate: '2026-03-30',
  admin: { id: 'u_0001_1', email: 'p1@a0001.example', role: 'admin' },
  owner: { id: 'am_09', email: OWNER },
};

let context: FakeTwinContext;
let twin: ReturnType<typeof makeSlackTwin>;
let server: ReturnType<typeof fastify>;
let url: string;

beforeEach(async () => {
  context = fakeTwinContext({ now: '2026-03-09T10:00:00.000Z', rows: [account], secrets });
  twin = makeSlackTwin(context);
  server = fastify();
  await twin.routes?.(server);
  twin.view?.(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

function connect(settings: Record<string, unknown> = {}, token = 'SLACK_BOT_TOKEN') {
  const connection = {
    connector: 'slack',
    mode: 'sandbox' as const,
    sandbox_url: url,
    channel: '#expansion',
    auth: { token: `env:${token}` },
    webhook_secret: 'env:SLACK_SIGNING_SECRET',
    ...settings,
  };
  return slack.connect(fakeDependencies({ connection, secrets: { ...secrets, WRONG: 'xoxb-wrong' } }));
}
function chatOf(settings?: Record<string, unknown>): Chat {
  const { chat } = connect(settings);
  if (!chat) throw new Error('the connector has no chat');
  return chat;
}
/** #expansion of the simulated workspace. */
const CHANNEL = 'C270NP1PIZA';
const post = (chat: Chat, changes = {}) =>
  chat.postAlert.send(chat.postAlert.prepare(alertInput(changes)), fakeWriteCall('k'));

describe('posting an alert', () => {
  test('makes one message in the channel, with the marker in its metadata', async () => {
    const posted = await post(chatOf());
    expect(context.ledger).toEqual([
      expect.objectContaining({
        kind: 'chat_message',
        account: 'a_0001',
        to: '#expansion',
        id: `${posted.channel}/${posted.ts}`,
        key: 'hr-marker-1',
        summary:
          'Acme is close to its limit of API calls · API calls: 95 % · 9,512 of 10,000 calls · about 9 days left',
      }),
    ]);
    expect(context.emitted.map(({ name }) => name)).toEqual(['chat.message']);
  });

  test('to a person is a direct message', async () => {
    const posted = await post(chatOf(), { to: OWNER });
    expect(posted.channel).toMatch(/^D/);
    expect(context.ledger[0]?.to).toBe(OWNER);
  });

  test('to a person unknown to the workspace goes to the channel', async () => {
    const posted = await post(chatOf(), { to: 'revops@vendor.example' });
    expect(posted.channel).toMatch(/^C/);
    expect(context.ledger[0]?.to).toBe('#expansion');
  });

  test('with a token that Slack does not know pauses the connection', async () => {
    const { chat, check } = connect({}, 'WRONG');
    if (!chat || !check) throw new Error('incomplete connector');
    await expect(post(chat)).rejects.toMatchObject({ code: 'authentication' });
    await expect(check(callWithin(5_000))).rejects.toMatchObject({ code: 'authentication' });
    await expect(connect().check?.(callWithin(5_000))).resolves.toBeUndefined();
  });

  test('too fast into one channel is limited, other channels are not', async () => {
    const chat = chatOf();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => post(chat)));
    const limited = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason);
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    await expect(post(chat, { to: '#revops' })).resolves.toMatchObject({ channel: expect.stringMatching(/^C/) });
  });

  test('sends the stored bytes, whatever happened to the input since', async () => {
    const chat = chatOf();
    const payload = JSON.parse(JSON.stringify(chat.postAlert.prepare(alertInput())));
    await chat.postAlert.send(payload, fakeWriteCall('k'));
    await expect(chat.postAlert.send({ to: 5 }, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'invalid_input' });
    expect(context.ledger).toHaveLength(1);
  });
});

describe('settling an unknown outcome', () => {
  const find = (chat: Chat, payload: ReturnType<Chat['postAlert']['prepare']>) =>
    chat.postAlert.find?.(payload, { ...callWithin(10_000), idempotencyKey: 'test-key' });

  test('is impossible where history may not be read', () => {
    const { postAlert } = chatOf();
    expect(postAlert).toMatchObject({ idempotency: 'none' });
    expect(postAlert.find).toBeUndefined();
  });

  test('finds the message by its marker, in a channel or a direct message', async () => {
    const channel = (await post(chatOf(), { marker: 'other' })).channel;
    const chat = chatOf({ may_read_history: true, channel });
    expect(chat.postAlert.idempotency).toBe('find');
    for (const to of [channel, OWNER]) {
      const payload = chat.postAlert.prepare(alertInput({ to, marker: `m-${to}` }));
      expect(await find(chat, payload)).toEqual({ kind: 'absent' });
      const posted = await chat.postAlert.send(payload, fakeWriteCall('k'));
      expect(await find(chat, payload)).toEqual({ kind: 'found', result: { ...posted, to: null } });
    }
  });

  test('admits that a channel known by name only cannot be searched', async () => {
    const chat = chatOf({ may_read_history: true, channel: CHANNEL });
    const payload = chat.postAlert.prepare(alertInput({ to: '#expansion' }));
    expect(await find(chat, payload)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('#expansion') });
  });
});

describe('a channel that is given by its name', () => {
  const problemsOf = (given: Record<string, unknown>) =>
    slack.manifest.settings.safeParse(given).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

  test('is refused where its history has to be read, with what to do', () => {
    expect(problemsOf({ channel: '#expansion', may_read_history: true })).toEqual([
      ['channel', expect.stringMatching(/by its id.*Copy it from Slack/)],
    ]);
    expect(problemsOf({ channel: CHANNEL, may_read_history: true })).toEqual([]);
    expect(problemsOf({ channel: '#expansion' })).toEqual([]);
  });

  test('is refused in routing alike; people are addressed as before', () => {
    const refuse = (address: string, may_read_history: boolean) =>
      slack.manifest.refuseAddress?.(address, { may_read_history });
    expect(refuse('#expansion', true)).toMatch(/by its id/);
    expect([refuse('#expansion', false), refuse(CHANNEL, true), refuse('ana@own.example', true)]).toEqual([
      ...[null, null],
      null,
    ]);
  });
});

describe('updating an alert', () => {
  const update = (chat: Chat, posted: { channel: string; ts: string }, changes = {}) =>
    chat.updateAlert.send(chat.updateAlert.prepare({ ...alertInput(changes), ...posted }), fakeWriteCall('k'));

  test('replaces every block in place', async () => {
    const chat = chatOf();
    const { to: _, ...posted } = await post(chat);
    expect(await update(chat, posted, { buttons: [], status: 'Trial started by Ana', version: 2 })).toEqual(posted);
    expect(context.ledger.map(({ kind }) => kind)).toEqual(['chat_message', 'chat_update']);
    const gone = await twin.acts.click?.({ ...posted, actionId: 'start_trial', value: 'offer_1', email: OWNER });
    expect(gone).toEqual({ status: null, reason: 'the button is gone' });
  });

  test('that comes late does not bring the button back, where the message can be read', async () => {
    const chat = chatOf({ may_read_history: true, channel: CHANNEL });
    const posted = await post(chat);
    await update(chat, posted, { buttons: [], status: 'Trial ended', version: 3 });
    await update(chat, posted, { version: 2 });
    expect(context.ledger.filter(({ kind }) => kind === 'chat_update')).toHaveLength(1);
  });

  test('of a message that is gone is refused', async () => {
    const { channel } = await post(chatOf());
    await expect(update(chatOf(), { channel, ts: '1.000001' })).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a click', () => {
  test('arrives signed, is understood, and names a person', async () => {
    const chat = chatOf();
    const posted = await post(chat, { to: OWNER });
    await twin.acts.click?.({ ...posted, actionId: 'start_trial', value: 'offer_1', email: OWNER });
    const delivery = context.deliveries[0];
    if (!delivery) throw new Error('nothing was delivered');
    expect(delivery).toMatchObject({ path: '/webhooks/chat/interactions', retry: { attempts: 1 } });
    const result = await connect().receive?.({
      method: 'POST',
      url: `https://hub.example${delivery.path}`,
      headers: delivery.headers,
      rawBody: Buffer.from(delivery.body),
      receivedAt: Date.now(),
    });
    if (result?.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
    const body = result.events[0]?.body;
    expect(body).toMatchObject({ action: 'start_trial', value: 'offer_1', channel: posted.channel, ts: posted.ts });
    const userId = typeof body === 'object' && body !== null && !Array.isArray(body) ? String(body.userId) : '';
    expect(await chat.userEmail(userId, callWithin(5_000))).toBe(OWNER);
    expect(await chat.userEmail('U0NOBODY000', callWithin(5_000))).toBeNull();
  });

  test('is in the ledger as what the person did', async () => {
    const posted = await post(chatOf());
    await twin.acts.click?.({ ...posted, actionId: 'on_it', value: 'event_1', email: OWNER });
    expect(context.ledger.at(-1)).toMatchObject({ kind: 'act', act: 'on_it', to: OWNER, account: 'a_0001' });
  });
});

test('the channels page shows messages as text, never as markup', async () => {
  await post(chatOf(), { title: '<script>alert(1)</script>' });
  const page = await (await fetch(`${url}/_view`)).text();
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
  expect(page).toContain('Start 14-day trial');
});
