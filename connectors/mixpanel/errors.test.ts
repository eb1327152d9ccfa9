import { describe, expect, test } from 'vitest';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { fakeTwinContext } from '../kit/testing/twin-context.ts';
import { documented } from './fixtures/documented.ts';
import { apiCalls, connect, SECRETS, startCanned, sweep, usageRequest } from './test-support.ts';
import { startTwin } from './twin/test-support.ts';

const NOW = '2026-03-20T15:30:00.000Z';

async function readAgainst(
  status: number,
  body: unknown,
  more: { headers?: Record<string, string>; scale?: number } = {},
) {
  const canned = await startCanned(status, body, more.headers);
  const clock = { startedAt: NOW, epoch: NOW, scale: more.scale ?? 1 };
  const { usage, dependencies } = connect(canned.url, { clock });
  const before = Date.now();
  const error: unknown = await sweep(usage, usageRequest(NOW, { metrics: [apiCalls] })).catch(
    (thrown: unknown) => thrown,
  );
  canned.close();
  return { error, dependencies, before };
}

async function importAgainst(status: number, body: unknown) {
  const canned = await startCanned(status, body);
  const write = connect(canned.url).usage.writeBack;
  const payload = write?.prepare([{ name: 'headroom.upgraded', account: 'a1', at: NOW, properties: {} }]) ?? null;
  const error: unknown = await write?.send(payload, fakeWriteCall('key')).catch((thrown: unknown) => thrown);
  canned.close();
  return error;
}

describe('a query', () => {
  test.each([
    [400, { request: '/api/query/segmentation', error: 'unable to parse' }, 'invalid_input'],
    [401, documented.badCredentials, 'authentication'],
    [402, { error: 'Your plan does not allow API calls.' }, 'invalid_input'],
    [403, { error: 'no access' }, 'authentication'],
    [500, 'oops', 'transient'],
    [504, '', 'transient'],
    [200, { data: { series: [], values: { a1: { '2026-03-20': 'many' } } } }, 'unexpected_response'],
  ])('answered with %i %j is %s', async (status, body, code) => {
    expect((await readAgainst(status, body)).error).toMatchObject({
      code,
      origin: { connector: 'mixpanel', operation: 'segmentation' },
    });
  });

  test('over the quota waits minutes of business time, and so do all other workers', async () => {
    const { error, dependencies, before } = await readAgainst(429, documented.quotaExceeded);
    expect(error).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 300_000,
      message: expect.stringContaining('401/400 queries'),
    });
    expect(dependencies.pauses).toHaveLength(1);
    expect(dependencies.pauses[0]?.wireMs).toBeGreaterThanOrEqual(before + 300_000);
    expect((await readAgainst(429, documented.quotaExceeded, { scale: 60 })).error).toMatchObject({
      retryAfterMs: 5_000,
    });
  });

  test('waits as long as a Retry-After says', async () => {
    expect(
      (await readAgainst(429, documented.quotaExceeded, { headers: { 'retry-after': '90' } })).error,
    ).toMatchObject({ retryAfterMs: 90_000 });
  });
});

describe('an import', () => {
  test('with records that the vendor refused names them and says that the rest is stored', async () => {
    const error = await importAgainst(400, documented.refusedEvents);
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /refused 2 of the events and stored 23: event 0 \(properties\.time\).*event 3 \(properties\.utm_source\)/,
      ),
    });
  });

  test.each([
    [401, documented.badCredentials, 'authentication'],
    [413, documented.tooLarge, 'invalid_input'],
    [429, documented.importLimit, 'rate_limited'],
    [503, '', 'transient'],
  ])('answered with %i %j is %s', async (status, body, code) => {
    expect(await importAgainst(status, body)).toMatchObject({ code, origin: { operation: 'import' } });
  });
});

describe('a connection', () => {
  test('is checked with one query', async () => {
    const twin = await startTwin(fakeTwinContext({ now: NOW, secrets: SECRETS }));
    const good = connect(twin.url);
    await good.check();
    expect(good.dependencies.taken).toHaveLength(1);
    const bad = connect(twin.url, { secrets: { MIXPANEL_USER: 'who', MIXPANEL_SECRET: 'wrong' } });
    await expect(bad.check()).rejects.toMatchObject({ code: 'authentication' });
    const other = connect(twin.url, { settings: { project_id: '1' } });
    await expect(other.check()).rejects.toMatchObject({ code: 'authentication' });
    await twin.close();
  });

  test('needs to know which property holds the account', () => {
    expect(() => connect('http://127.0.0.1:9', { settings: { account_key: undefined } })).toThrow('needs account_key');
  });
});
