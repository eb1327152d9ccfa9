import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

test('docs/openapi.json is what the server says of itself', async () => {
  const reply = await server.app.inject({ url: '/api/v1/openapi.json' });
  await expect(`${JSON.stringify(reply.json(), null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
});

test('the API page names every route and runs nothing', async () => {
  const openapi = (await server.app.inject({ url: '/api/v1/openapi.json' })).json();
  const page = await server.app.inject({ url: '/api/v1/docs' });
  expect(page.statusCode).toBe(200);
  for (const path of Object.keys(openapi.paths)) expect(page.body).toContain(path);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.body).not.toMatch(/<script|https?:\/\/(?!billing|hub)[^"<]*\.js/);
});

test('an unknown route is 404 in the shape of all errors', async () => {
  const reply = await server.app.inject({ url: '/nowhere?token=secret' });
  expect(reply.statusCode).toBe(404);
  expect(reply.json()).toEqual({
    error: {
      code: 'not_found',
      message: 'There is no route GET /nowhere.',
      remedy: 'GET /api/v1/docs lists all routes.',
    },
  });
});

test('/healthz answers without a token', async () => {
  expect((await server.app.inject({ url: '/healthz' })).json()).toEqual({ ok: true });
});

describe('/readyz', () => {
  test('is ready when store and Temporal answer', async () => {
    const reply = await server.app.inject({ url: '/readyz' });
    expect([reply.statusCode, reply.json().ok]).toEqual([200, true]);
  });

  test('says which of them does not', async () => {
    const own = await httpServer({
      checkTemporal: async () => {
        throw new Error('connection refused');
      },
    });
    await own.store.close();
    const reply = await own.app.inject({ url: '/readyz' });
    expect(reply.statusCode).toBe(503);
    expect(reply.json().checks).toMatchObject([
      { name: 'store', ok: false },
      { name: 'temporal', ok: false, message: 'does not answer: connection refused' },
    ]);
    await own.close();
  });
});

test('with the database away the API answers 503 and when to come back', async () => {
  const own = await httpServer();
  await own.store.close();
  const reply = await own.call('viewer', 'GET', '/api/v1/status');
  expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '5']);
  expect(reply.json().error.code).toBe('store_unavailable');
  await own.close();
});

test('/metrics counts requests by pattern, never by address', async () => {
  await server.app.inject({ url: '/t/very-secret-token' });
  const reply = await server.call('viewer', 'GET', '/metrics');
  expect(reply.body).toContain('route="/t/:token"');
  expect(reply.body).not.toContain('very-secret-token');
});
