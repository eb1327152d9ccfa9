import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../domain/model.ts';
import type { RecordExchange, WorldAccount } from '../../sandbox/frame/types.ts';
import { NotSentError, TransientError } from '../kit/errors.ts';
import type { WriteCall } from '../kit/operation.ts';
import { fakeDependencies, fakeWriteCall, freeBudget } from '../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../kit/testing/twin-context.ts';
import { callWithin } from '../kit/time-limit.ts';
import { sessionEnd } from './errors.ts';
import { smtp } from './index.ts';
import { mailInput } from './testing/mail.ts';
import { makeSmtpTwin } from './twin/index.ts';

const secrets = {
  SMTP_USER: 'hub',
  SMTP_PASSWORD: 'right',
  SMTP_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
};
const account: WorldAccount = {
  type: 'account',
  receivedAt: '2026-03-02T00:00:00Z',
  account: 'a_0001',
  name: 'Acme',
  segment: 'smb',
  employees: 19,
  timezone: 'America/Denver',
  region: 'us',
  arrCents: 1_916_400,
  renewalDate: '2026-03-30',
  admin: { id: 'u_1', email: 'zoe@acme.example', role: 'admin' },
  owner: { id: 'am_09', email: 'am_09@vendor.example' },
};

let context: FakeTwinContext;
let twin: ReturnType<typeof makeSmtpTwin>;
let recorded: Parameters<RecordExchange>[0][];
let relay: { url: string; close: () => Promise<void> };

beforeEach(async () => {
  context = fakeTwinContext({ now: '2026-03-09T10:00:00.000Z', rows: [account], secrets });
  twin = makeSmtpTwin(context);
  recorded = [];
  const opened = await twin.listen?.((exchange) => recorded.push(exchange), 0);
  if (!opened) throw new Error('the twin does not listen');
  relay = opened;
});
afterEach(() => relay.close());

function connect(settings: Record<string, unknown> = {}, password = 'right') {
  const connection = {
    connector: 'smtp',
    mode: 'sandbox' as const,
    sandbox_url: relay.url,
    host: 'smtp.relay.example',
    port: 587,
    secure: 'starttls',
    domain: 'mail.tidewater.example',
    auth: { user: 'env:SMTP_USER', password: 'env:SMTP_PASSWORD' },
    webhook_secret: 'env:SMTP_WEBHOOK_SECRET',
    ...settings,
  };
  return smtp.connect(fakeDependencies({ connection, secrets: { ...secrets, SMTP_PASSWORD: password } }));
}
function sendOf(connected = connect()) {
  const { message } = connected;
  if (!message) throw new Error('the connector sends no messages');
  return message.send;
}
async function send(call: WriteCall, changes: Parameters<typeof mailInput>[0] = {}, operation = sendOf()) {
  return operation.send(operation.prepare(mailInput(changes)), call);
}
const fault = (input: Record<string, Json>) => twin.acts.set_fault?.(input);
const mails = () => context.ledger.filter(({ kind }) => kind === 'mail');

describe('sending', () => {
  test('delivers both parts under the deterministic Message-ID', async () => {
    const call = fakeWriteCall('k');
    const { messageId } = await send(call);
    expect(call.sent()).toBe(true);
    expect(mails()).toEqual([
      expect.objectContaining({
        account: 'a_0001',
        to: 'zoe@acme.example',
        key: messageId,
        summary: 'You have used 95 % of your API calls',
        data: expect.objectContaining({ category: 'marketing', links: ['http://127.0.0.1:9/t/abc?x=1&y=2'] }),
      }),
    ]);
    expect(context.emitted).toEqual([
      {
        name: 'mail.delivered',
        event: expect.objectContaining({ messageId, links: ['http://127.0.0.1:9/t/abc?x=1&y=2'] }),
      },
    ]);
  });

  test('sends the stored bytes, so that a retry is the same message', async () => {
    const operation = sendOf();
    const payload = JSON.parse(JSON.stringify(operation.prepare(mailInput({ text: '.\n..\nleading dots' }))));
    await operation.send(payload, fakeWriteCall('k'));
    await operation.send(payload, fakeWriteCall('k'));
    expect(new Set(mails().map(({ key }) => key)).size).toBe(1);
    expect(mails()[1]?.data).toMatchObject({ text: expect.stringContaining('.\n..\nleading dots') });
  });

  test('is not repeatable and cannot be looked up', () => {
    expect(sendOf()).toMatchObject({ idempotency: 'none' });
    expect(sendOf().find).toBeUndefined();
  });
});

describe('the recording', () => {
  test('has each message with its headers and the reply, and nothing of the login', async () => {
    const { messageId } = await send(fakeWriteCall('k'));
    expect(recorded).toEqual([
      {
        method: 'DATA',
        url: relay.url,
        requestHeaders: expect.objectContaining({ 'message-id': messageId, to: expect.stringContaining('zoe@acme') }),
        requestBody: expect.stringContaining('\r\n\r\n'),
        status: 250,
        responseHeaders: {},
        responseBody: 'OK queued',
      },
    ]);
    expect(JSON.stringify(recorded)).not.toContain(secrets.SMTP_PASSWORD);
  });

  test.each([
    ['refuse_recipient', 'RCPT', 550],
    ['try_later_after_data', 'DATA', 451],
    ['accept_then_reset', 'DATA', null],
  ])('tells %s as it was', async (kind, method, status) => {
    await fault({ kind });
    await send(fakeWriteCall('k')).catch(() => {});
    expect(recorded).toMatchObject([{ method, status }]);
  });

  test('tells a refused login', async () => {
    await send(fakeWriteCall('k'), {}, sendOf(connect({}, 'wrong'))).catch(() => {});
    expect(recorded).toMatchObject([{ method: 'AUTH', status: 535, requestBody: null }]);
  });
});

describe('a failure before the message', () => {
  test.each([
    ['a refused recipient is a hard bounce', { kind: 'refuse_recipient' }, 'refused'],
    ['a deferred recipient may be tried again', { kind: 'try_later' }, 'transient'],
  ])('%s, and nothing was sending', async (_what, setting, code) => {
    await fault(setting);
    const call = fakeWriteCall('k');
    await expect(send(call)).rejects.toMatchObject({ code });
    expect(call.sent()).toBe(false);
    await expect(send(fakeWriteCall('k'))).resolves.toMatchObject({ messageId: expect.any(String) });
  });

  test('a wrong password pauses the connection', async () => {
    const call = fakeWriteCall('k');
    await expect(send(call, {}, sendOf(connect({}, 'wrong')))).rejects.toMatchObject({ code: 'authentication' });
    expect(call.sent()).toBe(false);
    await expect(connect({}, 'wrong').check?.(callWithin(5_000))).rejects.toMatchObject({ code: 'authentication' });
    await expect(connect().check?.(callWithin(5_000))).resolves.toBeUndefined();
  });

  test('nobody listening: it may be tried again', async () => {
    const operation = sendOf();
    await relay.close();
    await expect(send(fakeWriteCall('k'), {}, operation)).rejects.toMatchObject({ code: 'transient' });
  });

  test('a fence that closes just before the message keeps it from leaving', async () => {
    const lost = new TransientError('another attempt took over', { connector: 'test', operation: 'claim' });
    const call = { ...fakeWriteCall('k'), sending: () => Promise.reject(lost) };
    await expect(send(call)).rejects.toBe(lost);
    expect(lost.code).toBe('transient');
    await send(fakeWriteCall('k'), { effectKey: 'next' });
    expect(mails()).toHaveLength(1);
  });

  test('a deadline that passes while sending is written keeps the message from leaving', async () => {
    const call = fakeWriteCall('k');
    call.sending = async () => {
      call.deadline = performance.now() - 1;
    };
    await expect(send(call)).rejects.toMatchObject({ code: 'transient' });
    expect(mails()).toEqual([]);
  });
});

describe('a failure after the message', () => {
  test('an answer lost on its way is unknown, though the mail is there', async () => {
    await fault({ kind: 'accept_then_reset' });
    const call = fakeWriteCall('k');
    await expect(send(call)).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(call.sent()).toBe(true);
    expect(mails()).toHaveLength(1);
  });

  test('no answer before the deadline is unknown', async () => {
    await fault({ kind: 'hang' });
    const call = { ...fakeWriteCall('k'), ...callWithin(400) };
    await expect(send(call)).rejects.toMatchObject({ code: 'outcome_unknown' });
  });

  test('the relay saying "not now" is an answer: nothing was taken', async () => {
    await fault({ kind: 'try_later_after_data' });
    await expect(send(fakeWriteCall('k'))).rejects.toMatchObject({ code: 'transient', origin: { vendorCode: '451' } });
    expect(mails()).toEqual([]);
  });
});

describe('hosts', () => {
  test('a sandbox connection reaches loopback only', async () => {
    const operation = sendOf(connect({ sandbox_url: 'smtp://192.0.2.1:25' }));
    await expect(send(fakeWriteCall('k'), {}, operation)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a live connection does not reach loopback, and never sends unencrypted', async () => {
    const live = sendOf(connect({ mode: 'live', host: 'localhost' }));
    await expect(send(fakeWriteCall('k'), {}, live)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(() => connect({ mode: 'live', secure: 'none' })).toThrow(/starttls or tls/);
  });

  test('a live connection gives up where the relay offers no STARTTLS', async () => {
    const { submit } = await import('./submit.ts');
    const { hostname, port } = new URL(relay.url);
    const guard = { connector: 'smtp', mode: 'sandbox' as const, hosts: [hostname] };
    const secure = 'starttls' as const;
    const target = { guard, budget: freeBudget, host: hostname, port: Number(port), secure, credentials: () => null };
    const mail = { from: 'a@b.example', to: 'c@d.example', messageId: '<m@d>', raw: 'Subject: x\r\n\r\nx\r\n' };
    const call = fakeWriteCall('k');
    await expect(submit(target, mail, call)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(call.sent()).toBe(false);
  });
});

describe('people', () => {
  test('unsubscribe with one click, as RFC 8058 says, and the ledger knows', async () => {
    const seen: { method?: string; type?: string; body: string }[] = [];
    const hub = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push({
        method: request.method,
        type: request.headers['content-type'],
        body: Buffer.concat(chunks).toString(),
      });
      response.end();
    });
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    // A listening TCP server has an AddressInfo.
    const { port } = hub.address() as AddressInfo;
    const { messageId } = await send(fakeWriteCall('k'), { unsubscribeUrl: `http://127.0.0.1:${port}/u/token` });
    expect(await twin.acts.one_click_unsubscribe?.({ messageId })).toEqual({ status: 200 });
    hub.close();
    expect(seen).toEqual([
      { method: 'POST', type: 'application/x-www-form-urlencoded', body: 'List-Unsubscribe=One-Click' },
    ]);
    expect(context.ledger.slice(1)).toMatchObject([
      { kind: 'act', act: 'opted_out', to: 'zoe@acme.example', account: 'a_0001' },
      { kind: 'fact_told', fact: { rule: 'opted_out', state: 'open' } },
    ]);
  });

  test('find no unsubscribe button in service mail, which counts as no prompt', async () => {
    const { messageId } = await send(fakeWriteCall('k'), { category: 'service', unsubscribeUrl: null });
    expect(mails()[0]?.data).toMatchObject({ category: 'service' });
    expect(await twin.acts.one_click_unsubscribe?.({ messageId })).toMatchObject({ status: null });
  });

  test('answer a mail', async () => {
    const { messageId } = await send(fakeWriteCall('k'));
    await twin.acts.reply?.({ messageId, from: 'zoe@acme.example', text: 'Can we talk?' });
    expect(context.ledger.at(-1)).toMatchObject({ kind: 'act', act: 'replied', key: messageId, account: 'a_0001' });
  });

  test.each([
    ['bounce', {}, { kind: 'bounced', counts: true }],
    ['bounce', { as: 'mail' }, { kind: 'bounced', counts: true }],
    ['bounce', { bounce: 'soft' }, { kind: 'bounced', counts: false }],
    ['bounce', { bounce: 'soft', as: 'mail' }, { kind: 'bounced', counts: false }],
    ['complain', {}, { kind: 'complained', counts: true }],
    ['complain', { as: 'mail' }, { kind: 'complained', counts: true }],
    ['reply', { from: 'zoe@acme.example' }, { kind: 'replied', counts: true }],
    ['reply', { from: 'zoe@acme.example', automatic: true }, { kind: 'replied', counts: false }],
  ])('%s %j: the provider tells the hub, signed, of this very mail', async (act, input, report) => {
    const { messageId } = await send(fakeWriteCall('k'));
    await twin.acts[act]?.({ messageId, ...input });
    const [delivery] = context.deliveries;
    if (!delivery) throw new Error('nothing was delivered');
    expect(delivery).toMatchObject({ path: '/webhooks/email', method: 'POST' });
    const result = await connect().receive?.({
      method: 'POST',
      url: `https://hub.example${delivery.path}`,
      headers: delivery.headers,
      rawBody: Buffer.from(delivery.body),
      receivedAt: Date.now(),
    });
    expect(result).toMatchObject({
      kind: 'accepted',
      events: [{ object: messageId, body: { ...report, messageIds: [messageId], address: 'zoe@acme.example' } }],
    });
  });

  test('read their mail on a page whose HTML part can run nothing', async () => {
    await send(fakeWriteCall('k'), { html: '<p>Hi</p><script>alert(1)</script>', subject: '<b>bold</b>' });
    const server = fastify();
    twin.view?.(server);
    const list = await server.inject('/_view');
    expect(list.body).toContain('&lt;b&gt;bold&lt;/b&gt;');
    const page = await server.inject('/_view?mail=0');
    expect(page.body).toContain('sandbox="allow-popups"');
    expect(page.body).not.toContain('<script>');
    expect((await server.inject('/_view?mail=9')).statusCode).toBe(404);
  });
});

describe('what a failed session tells of the relay', () => {
  test.each<[string, unknown, string]>([
    [
      'a greylisting relay is there',
      Object.assign(new Error('450'), { code: 'EENVELOPE', responseCode: 450 }),
      'answered',
    ],
    [
      'one that refuses the login is there',
      Object.assign(new Error('535'), { code: 'EAUTH', responseCode: 535 }),
      'answered',
    ],
    [
      'one that shuts its service is not',
      Object.assign(new Error('421'), { code: 'ECONNECTION', responseCode: 421 }),
      'failed',
    ],
    ['one that breaks off is not', Object.assign(new Error('closed'), { code: 'ECONNECTION' }), 'failed'],
    ['a message that we stopped says nothing', Object.assign(new Error('stopped'), { code: 'ESTREAM' }), 'not_made'],
    ['a deadline says that it did not answer', new DOMException('too late', 'TimeoutError'), 'failed'],
  ])('%s', (_, error, end) => {
    expect(sessionEnd(error)).toBe(end);
  });

  test('a message that is stopped before its first byte leaves the relay in good standing', async () => {
    const ends: unknown[] = [];
    const budget = {
      ...freeBudget,
      take: async () => ({ done: (end?: unknown) => ends.push(end), giveBack: () => ends.push('unused') }),
    };
    const { submit } = await import('./submit.ts');
    const { hostname, port } = new URL(relay.url);
    const guard = { connector: 'smtp', mode: 'sandbox' as const, hosts: [hostname] };
    const secure = 'none' as const;
    const target = {
      guard,
      budget,
      host: hostname,
      port: Number(port),
      secure,
      credentials: () => ({ user: 'hub', pass: 'right' }),
    };
    const mail = { from: 'a@b.example', to: 'c@d.example', messageId: '<m@d>', raw: 'Subject: x\r\n\r\nx\r\n' };
    const sending = async () => {
      throw new NotSentError('too old', { connector: 'smtp', operation: 'send' });
    };
    await expect(submit(target, mail, { ...fakeWriteCall('k'), sending })).rejects.toBeInstanceOf(NotSentError);
    expect(ends).toEqual(['not_made']);
  });
});
