import { describe, expect, test } from 'vitest';
import { TransientError } from '../kit/errors.ts';
import { classifyHubSpot, isConflict, onlyMissing } from './errors.ts';
import { invalidProperty, noAssociations, rateLimited } from './fixtures/replies.ts';

const origin = { connector: 'hubspot', operation: 'createTask' };
const classify = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  classifyHubSpot(() => 86_400)({ status, headers: new Headers(headers), body, origin });

describe('limits', () => {
  test.each([
    ['TEN_SECONDLY_ROLLING', 10_000, 12_000],
    ['SECONDLY', 1_000, 3_000],
    ['DAILY', 86_400, 86_400],
    ['SOMETHING_NEW', 10_000, 12_000],
  ])('%s waits from %i to %i ms, and everybody with it', (policy, atLeast, atMost) => {
    const error = classify(429, rateLimited(policy));
    expect(error).toMatchObject({ code: 'rate_limited', origin: { vendorCode: policy } });
    expect(error).toMatchObject({ stops: 'everybody' });
    const wait = error && 'retryAfterMs' in error ? Number(error.retryAfterMs) : Number.NaN;
    expect(wait).toBeGreaterThanOrEqual(atLeast);
    expect(wait).toBeLessThanOrEqual(atMost);
  });

  test('a Retry-After that a proxy sets wins', () => {
    expect(classify(429, {}, { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 });
  });

  test('a locked record is tried again after two seconds, and stops nobody else', () => {
    const error = classify(423, { message: 'locked', category: 'LOCKED' });
    expect(error).toMatchObject({ code: 'rate_limited' });
    expect(error && 'retryAfterMs' in error && Number(error.retryAfterMs)).toBeGreaterThanOrEqual(2_000);
    expect(error).toMatchObject({ stops: 'this_call' });
  });

  test('a migration (477) says itself how long it takes', () => {
    const error = classify(477, { message: 'migration in progress' }, { 'retry-after': '3600' });
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 });
    expect(error).toMatchObject({ stops: 'everybody' });
  });
});

describe('refusals', () => {
  test.each([
    [401, { category: 'EXPIRED_AUTHENTICATION', message: 'expired' }, 'authentication'],
    [403, { category: 'MISSING_SCOPES', message: 'missing scopes' }, 'authentication'],
    [400, { category: 'VALIDATION_ERROR', message: 'no' }, 'invalid_input'],
    [404, { category: 'OBJECT_NOT_FOUND', message: 'resource not found' }, 'refused'],
    [409, { category: 'CONFLICT', message: '42 already has that value.' }, 'invalid_input'],
  ])('%i %o is %s', (status, body, code) => {
    expect(classify(status, body)).toMatchObject({ code });
  });

  test('a path that is gone is no record that is gone', () => {
    expect(classify(404, '<html>')).toBeNull();
  });

  test('a broken server is left to the table that knows whether the call may be repeated', () => {
    for (const status of [500, 502, 503, 504, 524]) expect(classify(status, { message: 'oh' })).toBeNull();
  });

  test('says which property was wrong, under the correlation id, without addresses', () => {
    const error = classify(400, invalidProperty);
    expect(error).toMatchObject({
      origin: { requestId: invalidProperty.correlationId, vendorCode: 'VALIDATION_ERROR' },
    });
    expect(error?.message).toContain('Property "headroom_qbr_tag" does not exist');
    expect(error?.message).not.toContain('ana@');
  });

  test('a conflict is told from other bad input', () => {
    expect(isConflict(classify(409, {}))).toBe(true);
    expect(isConflict(classify(400, {}))).toBe(false);
  });
});

describe('a batch that is answered in part', () => {
  test('is whole when what is missing does not exist', () => {
    expect(() => onlyMissing(noAssociations, origin)).not.toThrow();
    expect(() => onlyMissing({}, origin)).not.toThrow();
  });

  test.each([
    ['another category', { numErrors: 1, errors: [{ category: 'VALIDATION_ERROR', message: 'no' }] }],
    ['errors without a reason', { numErrors: 2, errors: [] }],
  ])('is read again for %s', (_, reply) => {
    expect(() => onlyMissing(reply, origin)).toThrow(TransientError);
  });
});
