import { expect, test } from 'vitest';
import { readExchange } from './exchange.ts';

const whole = {
  vendor: 'slack',
  at: '2026-03-02T10:00:00.000Z',
  direction: 'hub_to_vendor',
  method: 'POST',
  url: 'http://127.0.0.1:4000/api/chat.postMessage',
  requestHeaders: { authorization: 'Bearer ***', 'content-type': 'application/json', 'content-length': '14' },
  // Bytes, not letters: the last one has two.
  requestBody: '{"text":"hé"}',
  status: 200,
  responseHeaders: { 'content-type': 'application/json; charset=utf-8', 'content-length': '11' },
  responseBody: '{"ok":true}',
};
const mail = {
  ...whole,
  vendor: 'smtp',
  method: 'DATA',
  url: 'smtp://127.0.0.1:4000',
  requestHeaders: { subject: 'Hello' },
  requestBody: 'Subject: Hello\r\n\r\nHello',
  status: 250,
  responseHeaders: {},
  responseBody: 'OK queued',
};
const lost = { ...whole, status: null, responseHeaders: {}, responseBody: null };

test.each([
  ['a whole exchange', whole],
  ['a mail', mail],
  ['one whose answer was lost', lost],
  [
    'a packed request',
    { ...whole, requestHeaders: { 'content-encoding': 'gzip', 'content-length': '3' }, requestBody: 'abcdef' },
  ],
  ['a masked body, which is shorter', { ...whole, requestHeaders: { 'content-length': '40' }, requestBody: 'a=***' }],
])('%s is complete', (_, exchange) => {
  expect(readExchange(JSON.stringify(exchange)).problems).toEqual([]);
});

const { at: _, ...undated } = whole;
test.each<[string, unknown, RegExp]>([
  ['no JSON', undefined, /is no JSON/],
  ['a field too few', undated, /^at: /],
  ['a field too many', { ...whole, note: 1 }, /note/],
  ['another direction', { ...whole, direction: 'both' }, /direction/],
  ['capitals in a header', { ...whole, requestHeaders: { Accept: '*' } }, /requestHeaders.Accept/],
  ['a body that is no text', { ...whole, requestBody: {} }, /requestBody/],
  ['half a request', { ...whole, requestBody: '{"te' }, /request: content-length says 14, the body has 4 bytes/],
  ['half an answer', { ...whole, responseBody: null }, /response: content-length says 11, the body has 0 bytes/],
  [
    'an answer that is no JSON',
    { ...whole, responseHeaders: { 'content-type': 'application/json' }, responseBody: '{' },
    /no JSON/,
  ],
  ['no request headers', { ...whole, requestHeaders: {} }, /no request headers/],
  ['no response headers', { ...whole, responseHeaders: {} }, /no response headers/],
  ['a mail without a reply', { ...mail, responseBody: null }, /no reply/],
  ['an answer without a status', { ...whole, status: null }, /answer without a status/],
  ['a credential', { ...whole, requestHeaders: { authorization: 'Bearer xyz' } }, /credential in authorization/],
  ['a key in a body', { ...lost, requestBody: 'token=xoxb-0123456789' }, /shows a key: xoxb-/],
])('%s is told', (_, exchange, problem) => {
  const text = exchange === undefined ? '{"vendor"' : JSON.stringify(exchange);
  expect(readExchange(text).problems.join('; ')).toMatch(problem);
});
