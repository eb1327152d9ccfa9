import { expect, test } from 'vitest';
import { createMask, type Exchange } from './recording.ts';

const exchange: Exchange = {
  vendor: 'slack',
  at: '2026-03-02T00:00:00.000Z',
  direction: 'hub_to_vendor',
  method: 'POST',
  url: 'http://127.0.0.1:1/api/x?token=xoxb-0123456789',
  requestHeaders: { authorization: 'Bearer xoxb-0123456789', 'content-type': 'text/plain', 'x-api-key': 'abc' },
  requestBody: 'token=xoxb-0123456789&text=hi',
  status: 200,
  responseHeaders: { 'set-cookie': 'session=1' },
  responseBody: null,
};

test('hides secrets everywhere, and keeps the scheme that was used', () => {
  const masked = createMask(['xoxb-0123456789'])(exchange);
  expect(masked.requestHeaders).toEqual({
    authorization: 'Bearer ***',
    'content-type': 'text/plain',
    'x-api-key': '***',
  });
  expect(masked.requestBody).toBe('token=***&text=hi');
  expect(JSON.stringify(masked)).not.toContain('0123456789');
  expect(JSON.stringify(masked)).not.toContain('session=1');
});

test('hides tokens that only an answer or a request of this run holds', () => {
  const masked = createMask([])({
    ...exchange,
    requestBody: 'grant_type=jwt-bearer&assertion=eyJhbGciOi.e30.c2ln&scope=api',
    responseBody: '{"access_token":"00DHr!AQ4.x","token_type":"Bearer","issued_at":"1"}',
  });
  expect(masked.requestBody).toBe('grant_type=jwt-bearer&assertion=***&scope=api');
  expect(masked.responseBody).toBe('{"access_token":"***","token_type":"Bearer","issued_at":"1"}');
});

test('an authorization without a scheme is hidden whole', () => {
  const masked = createMask([])({ ...exchange, requestHeaders: { authorization: 'topsecret' } });
  expect(masked.requestHeaders.authorization).toBe('***');
});
