import { describe, expect, test } from 'vitest';
import { classifyOAuth, classifySalesforce, isSessionOver } from './errors.ts';
import { concurrentLimit, dailyLimit, errors, multipleChoices, oauthError, sessionOver } from './fixtures/replies.ts';

const origin = { connector: 'salesforce', operation: 'createTask' };
const classify = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  classifySalesforce(() => 1_800_000)({ status, headers: new Headers(headers), body, origin });

describe('limits', () => {
  test('the spent quota of the day stops everybody for as long as it is worth to wait', () => {
    const error = classify(403, dailyLimit);
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_800_000 });
    expect(error).toMatchObject({ stops: 'everybody' });
  });

  test('too many long calls at once wait some seconds, and stop nobody else', () => {
    const error = classify(403, concurrentLimit);
    expect(error).toMatchObject({ code: 'rate_limited' });
    const wait = error && 'retryAfterMs' in error ? Number(error.retryAfterMs) : Number.NaN;
    expect(wait).toBeGreaterThanOrEqual(5_000);
    expect(wait).toBeLessThanOrEqual(8_000);
    expect(error).toMatchObject({ stops: 'this_call' });
  });

  test('a limit in words that we do not know counts as the quota: too careful is better', () => {
    expect(classify(403, errors('REQUEST_LIMIT_EXCEEDED', 'Something new'))).toMatchObject({ stops: 'everybody' });
  });

  test('a Retry-After that a proxy sets wins', () => {
    expect(classify(403, dailyLimit, { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 });
  });
});

describe('sessions', () => {
  test('one that is over is told from one that is forbidden', () => {
    expect(isSessionOver(classify(401, sessionOver))).toBe(true);
    for (const words of [
      'This session is not valid for use with the REST API',
      'Connected app is not attached to Agent',
    ]) {
      const error = classify(401, errors('INVALID_SESSION_ID', words));
      expect(error).toMatchObject({ code: 'authentication' });
      expect(isSessionOver(error)).toBe(false);
    }
  });

  test.each([
    ['invalid_client', 'invalid client credentials', 'authentication'],
    ['invalid_grant', "user hasn't approved this consumer", 'authentication'],
    ['inactive_org', 'organization is inactive', 'authentication'],
    ['unknown_error', 'retry your request', 'transient'],
    ['server_error', '', 'transient'],
  ])('the sign-in refused with %s is %s: %s', (error, description, code) => {
    const reply = { status: 400, headers: new Headers(), body: oauthError(error, description), origin };
    expect(classifyOAuth(reply)).toMatchObject({ code });
  });

  test('a token endpoint that is broken is left to the general table', () => {
    expect(classifyOAuth({ status: 503, headers: new Headers(), body: '<html>', origin })).toBeNull();
  });
});

describe('refusals', () => {
  test.each([
    [400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record', 'transient'],
    [400, 'INVALID_QUERY_LOCATOR', 'invalid query locator', 'transient'],
    [400, 'QUERY_TIMEOUT', 'Your query request was running for too long.', 'transient'],
    [400, 'STRING_TOO_LONG', 'Subject: data value too large', 'invalid_input'],
    [400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A reason is needed', 'invalid_input'],
    [400, 'INACTIVE_OWNER_OR_USER', 'operation performed with inactive user', 'invalid_input'],
    [400, 'MALFORMED_QUERY', 'unexpected token', 'invalid_input'],
    [403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', 'invalid_input'],
    [403, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization', 'authentication'],
    [404, 'NOT_FOUND', 'The requested resource does not exist', 'refused'],
    [404, 'ENTITY_IS_DELETED', 'entity is deleted', 'refused'],
    [400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', 'refused'],
    [404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible: X__c', 'invalid_input'],
  ])('%i %s (%s) is %s', (status, errorCode, message, code) => {
    expect(classify(status, errors(errorCode, message))).toMatchObject({ code, origin: { vendorCode: errorCode } });
  });

  test('a key that more than one record has is for people to mend', () => {
    expect(classify(300, multipleChoices)).toMatchObject({ code: 'invalid_input' });
  });

  test('a hidden field is told with what to do, without addresses', () => {
    const message = "No such column 'ARR__c' on entity 'Account'; asked by ana@acme.example";
    const error = classify(400, errors('INVALID_FIELD', message));
    expect(error?.message).toMatch(/'ARR__c' on entity 'Account'.*field-level security/);
    expect(error?.message).not.toContain('ana@');
  });

  test('a broken server, and what is no answer of Salesforce, are left to the table that knows whether the call may be repeated', () => {
    expect(classify(503, errors('SERVER_UNAVAILABLE', 'too many requests waiting'))).toBeNull();
    for (const status of [500, 502, 503, 504]) expect(classify(status, '<html>')).toBeNull();
  });
});
