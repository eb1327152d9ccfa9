import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Chat } from '../kit/capabilities.ts';
import type { ErrorCode } from '../kit/errors.ts';
import { type FakeDependencies, fakeDependencies, fakeWriteCall } from '../kit/testing/dependencies.ts';
import { callWithin } from '../kit/time-limit.ts';
import postReply from './fixtures/chat.postMessage.json' with { type: 'json' };
import errorReply from './fixtures/error.json' with { type: 'json' };
import deletedUser from './fixtures/users.lookupByEmail.json' with { type: 'json' };
import { slack } from './index.ts';
import { alertInput } from './testing/alert.ts';

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown } | 'reset' | 'hang';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Answers each method with what stands in the table, and remembers the calls. */
async function vendor(answers: Record<string, Answer>) {
  const calls: { method: string; form: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const method = request.url?.replace('/api/', '') ?? '';
    calls.push({ method, form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())) });
    const answer = answers[method] ?? { body: { ok: false, error: 'unknown_method' } };
    if (answer === 'reset') return request.socket.destroy();
    if (answer === 'hang') return;
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { ...connect(`http://127.0.0.1:${port}`), calls };
}

function connect(url: string): { chat: Chat; permits: FakeDependencies['taken'] } {
  const connection = {
    connector: 'slack',
    mode: 'sandbox' as const,
    sandbox_url: url,
    channel: '#expansion',
    auth: { token: 'env:T' },
  };
  const dependencies = fakeDependencies({ connection, secrets: { T: 'xoxb-1' } });
  const { chat } = slack.connect(dependencies);
  if (!chat) throw new Error('the connector has no chat');
  return { chat, permits: dependencies.taken };
}
const failed = (error: string): Answer => ({ body: { ...errorReply, error } });

async function postCode(answer: Answer, timeoutMs = 5_000) {
  const { chat, calls } = await vendor({ 'chat.postMessage': answer });
  const call = { ...fakeWriteCall('k'), ...callWithin(timeoutMs) };
  const error: unknown = await chat.postAlert
    .send(chat.postAlert.prepare(alertInput()), call)
    .catch((thrown) => thrown);
  expect(call.sent()).toBe(true);
  expect(calls).toHaveLength(1);
  return error;
}

describe('what a failed post means', () => {
  const cases: [string, ErrorCode][] = [
    ['invalid_auth', 'authentication'],
    ['token_revoked', 'authentication'],
    ['account_inactive', 'authentication'],
    ['missing_scope', 'authentication'],
    ['channel_not_found', 'invalid_input'],
    ['not_in_channel', 'invalid_input'],
    ['invalid_blocks', 'invalid_input'],
    ['msg_too_long', 'invalid_input'],
    ['is_archived', 'refused'],
    ['restricted_action', 'refused'],
    ['cannot_dm_bot', 'refused'],
    ['ratelimited', 'rate_limited'],
    ['internal_error', 'outcome_unknown'],
    ['fatal_error', 'outcome_unknown'],
    ['service_unavailable', 'outcome_unknown'],
    ['something_new', 'outcome_unknown'],
  ];
  test.each(cases)('%s: %s', async (vendorCode, code) => {
    expect(await postCode(failed(vendorCode))).toMatchObject({ code, origin: { vendorCode } });
  });

  test.each([
    ['a reset', 'reset' as const],
    ['a server error', { status: 500, body: 'oops' }],
    ['half an answer', { body: '{"ok": tr' }],
    ['another shape', { body: { ok: true, channel: 5 } }],
  ])('%s after the bytes left: unknown, and one attempt only', async (_what, answer) => {
    expect(await postCode(answer)).toMatchObject({ code: 'outcome_unknown' });
  });

  test('no answer before the deadline: unknown', async () => {
    expect(await postCode('hang', 300)).toMatchObject({ code: 'outcome_unknown' });
  });

  test.each([
    ['with Retry-After', { 'retry-after': '7' }, 7_000],
    ['without Retry-After', {}, 30_000],
  ])('429 %s had no effect and says how long to wait', async (_what, headers, retryAfterMs) => {
    const error = await postCode({ status: 429, headers, body: { ok: false, error: 'ratelimited' } });
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs });
  });

  test('nobody listening: it may be tried again', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    // A listening TCP server has an AddressInfo.
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { postAlert } = connect(`http://127.0.0.1:${port}`).chat;
    const attempt = postAlert.send(postAlert.prepare(alertInput()), fakeWriteCall('k'));
    await expect(attempt).rejects.toMatchObject({ code: 'transient' });
  });
});

describe('updates and reads', () => {
  test('a broken update may be repeated, since it sets the whole message', async () => {
    const { chat } = await vendor({ 'chat.update': failed('internal_error') });
    const payload = chat.updateAlert.prepare({ ...alertInput(), channel: 'C1', ts: '1.2' });
    await expect(chat.updateAlert.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'transient' });
  });

  test('a person who left is no recipient: the alert goes to the channel', async () => {
    const { chat, calls } = await vendor({
      'users.lookupByEmail': { body: deletedUser },
      'chat.postMessage': { body: postReply },
    });
    const payload = chat.postAlert.prepare(alertInput({ to: 'ana@vendor.example' }));
    const call = fakeWriteCall('k');
    expect(await chat.postAlert.send(payload, call)).toEqual({
      channel: 'C0123456789',
      ts: '1772445600.123456',
      to: '#expansion',
    });
    expect(calls.map(({ method, form }) => [method, form.channel ?? form.email])).toEqual([
      ['users.lookupByEmail', 'ana@vendor.example'],
      ['chat.postMessage', '#expansion'],
    ]);
  });

  test('a failed look-up of the recipient is before sending', async () => {
    const { chat } = await vendor({ 'users.lookupByEmail': failed('internal_error') });
    const call = fakeWriteCall('k');
    const payload = chat.postAlert.prepare(alertInput({ to: 'ana@vendor.example' }));
    await expect(chat.postAlert.send(payload, call)).rejects.toMatchObject({ code: 'transient' });
    expect(call.sent()).toBe(false);
  });

  test('an overtaken attempt leaves the second of its channel to the one that took over', async () => {
    const { chat, calls, permits } = await vendor({ 'chat.postMessage': failed('internal_error') });
    const overtaken = { ...fakeWriteCall('k'), sending: () => Promise.reject(new Error('overtaken')) };
    const payload = chat.postAlert.prepare(alertInput({ to: 'C0123456789' }));
    await expect(chat.postAlert.send(payload, overtaken)).rejects.toThrow('overtaken');
    expect(calls).toEqual([]);
    expect(permits).toMatchObject([{ keys: ['channel:C0123456789'], ended: 'unused' }]);
    await chat.postAlert.send(payload, fakeWriteCall('k')).catch(() => {});
    expect(permits).toMatchObject([{ ended: 'unused' }, { ended: 'used' }]);
  });

  test('a recipient who cannot be reached is followed by the channel', async () => {
    const { chat, calls } = await vendor({ 'chat.postMessage': failed('is_archived') });
    const payload = chat.postAlert.prepare(alertInput({ to: 'C0OLDONE99' }));
    await expect(chat.postAlert.send(payload, fakeWriteCall('k'))).rejects.toMatchObject({ code: 'refused' });
    expect(calls.map(({ form }) => form.channel)).toEqual(['C0OLDONE99', '#expansion']);
  });

  test('a person who left has no address', async () => {
    const { chat } = await vendor({ 'users.info': { body: deletedUser } });
    expect(await chat.userEmail('U0DEACTIVE', fakeWriteCall('k'))).toBeNull();
  });

  test('the deadline is checked before anything is sent', async () => {
    const { chat, calls } = await vendor({});
    const call = { ...fakeWriteCall('k'), deadline: performance.now() - 1 };
    await expect(chat.postAlert.send(chat.postAlert.prepare(alertInput()), call)).rejects.toMatchObject({
      code: 'transient',
    });
    expect(calls).toEqual([]);
  });
});
