import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction, revokeToken } from '../../store/index.ts';
import { httpServer, ROLES, type TestServer } from '../../test/support/http-server.ts';
import { ROUTE_ROLES } from './roles.ts';

let server: TestServer;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

interface Case {
  /** As in the role table. */
  route: string;
  url?: string;
  body?: unknown;
  /** `p` product, `v` viewer, `a` am, `r` revops, `x` admin. */
  may: string;
  /** What a caller who may gets; not all routes find something here. */
  status: number;
}

const CASES: Case[] = [
  { route: 'POST /api/v1/usage', body: { rows: [] }, may: 'px', status: 200 },
  { route: 'GET /api/v1/prompts', url: '/api/v1/prompts?account=acme&user=u1', may: 'px', status: 200 },
  { route: 'POST /api/v1/prompts/:key/:mark', url: '/api/v1/prompts/k/shown', body: {}, may: 'px', status: 404 },
  { route: 'GET /api/v1/accounts', may: 'varx', status: 200 },
  { route: 'GET /api/v1/accounts/:id', url: '/api/v1/accounts/acme', may: 'varx', status: 200 },
  { route: 'GET /api/v1/accounts/:id/why', url: '/api/v1/accounts/acme/why', may: 'varx', status: 200 },
  { route: 'GET /api/v1/journeys', may: 'varx', status: 200 },
  { route: 'GET /api/v1/feed', may: 'varx', status: 200 },
  { route: 'GET /api/v1/queue', may: 'varx', status: 200 },
  { route: 'POST /api/v1/queue/inbox/:id/replay', url: '/api/v1/queue/inbox/1/replay', may: 'rx', status: 404 },
  { route: 'GET /api/v1/inbox', may: 'varx', status: 200 },
  { route: 'GET /api/v1/inbox/:id', url: '/api/v1/inbox/1', may: 'rx', status: 404 },
  {
    route: 'POST /api/v1/inbox/repair',
    body: { action: 'replay', filter: {}, reason: 'mended' },
    may: 'rx',
    status: 200,
  },
  { route: 'GET /api/v1/trials', may: 'varx', status: 200 },
  { route: 'POST /api/v1/trials', body: { account: 'acme' }, may: 'arx', status: 202 },
  { route: 'GET /api/v1/trials/:offerId', url: '/api/v1/trials/of1', may: 'varx', status: 404 },
  {
    route: 'POST /api/v1/trials/:offerId/end',
    url: '/api/v1/trials/of1/end',
    body: { reason: 'x' },
    may: 'arx',
    status: 202,
  },
  { route: 'GET /api/v1/effects', may: 'varx', status: 200 },
  { route: 'GET /api/v1/effects/:key', url: '/api/v1/effects/k', may: 'rx', status: 404 },
  {
    route: 'POST /api/v1/effects/repair',
    body: { action: 'retry', filter: { account: 'nobody' }, note: 'looked' },
    may: 'rx',
    status: 200,
  },
  {
    route: 'POST /api/v1/effects/:key/settle',
    url: '/api/v1/effects/k/settle',
    body: { outcome: 'refused', note: 'not in the mailbox' },
    may: 'rx',
    status: 404,
  },
  { route: 'GET /api/v1/attribution', may: 'varx', status: 200 },
  { route: 'GET /api/v1/report', may: 'varx', status: 200 },
  { route: 'GET /api/v1/incidents', may: 'varx', status: 200 },
  { route: 'POST /api/v1/incidents', body: { scope: 'core', state: 'closed' }, may: 'rx', status: 200 },
  { route: 'POST /api/v1/pause', body: { scope: 'all', state: 'running' }, may: 'rx', status: 200 },
  { route: 'GET /api/v1/held', may: 'varx', status: 200 },
  { route: 'POST /api/v1/held/:batch/release', url: '/api/v1/held/b1/release', may: 'rx', status: 404 },
  { route: 'GET /api/v1/config', may: 'varx', status: 200 },
  { route: 'GET /api/v1/status', may: 'varx', status: 200 },
  {
    route: 'GET /api/v1/connections/:name/history',
    url: '/api/v1/connections/billing/history',
    may: 'varx',
    status: 200,
  },
  {
    route: 'POST /api/v1/connections/:name/check',
    url: '/api/v1/connections/nowhere/check',
    body: {},
    may: 'rx',
    status: 404,
  },
  { route: 'GET /api/v1/audit', may: 'rx', status: 200 },
  { route: 'GET /api/v1/tokens', may: 'x', status: 200 },
  { route: 'POST /api/v1/tokens', body: { name: 'ana', role: 'am' }, may: 'x', status: 201 },
  { route: 'POST /api/v1/tokens/:name/revoke', url: '/api/v1/tokens/nobody/revoke', may: 'x', status: 404 },
  { route: 'GET /api/v1/support', may: 'rx', status: 200 },
  { route: 'GET /api/v1/keys', may: 'x', status: 200 },
  { route: 'POST /api/v1/keys/rotate', body: {}, may: 'x', status: 409 },
  { route: 'POST /api/v1/keys/reseal', body: {}, may: 'x', status: 200 },
  { route: 'POST /api/v1/keys/:id/retire', url: '/api/v1/keys/nokey/retire', body: {}, may: 'x', status: 404 },
  { route: 'POST /codec/decode', body: { payloads: [] }, may: 'rx', status: 200 },
  { route: 'GET /metrics', may: 'varx', status: 200 },
];
const LETTER = { product: 'p', viewer: 'v', am: 'a', revops: 'r', admin: 'x' };

test('every route that needs a token is tried below', () => {
  expect(CASES.map(({ route }) => route).sort()).toEqual(Object.keys(ROUTE_ROLES).sort());
});

describe.each(CASES)('$route', ({ route, url, body, may, status }) => {
  const [method, path = ''] = route.split(' ');
  // Safe: the role table knows these two methods only, see above.
  const ask = (role: (typeof ROLES)[number] | null) => server.call(role, method as 'GET' | 'POST', url ?? path, body);

  test('without a token', async () => {
    const reply = await ask(null);
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['www-authenticate']).toContain('Bearer');
    expect(reply.json()).toEqual({
      error: { code: 'unauthorized', message: expect.any(String), remedy: expect.stringContaining('Bearer') },
    });
  });

  test.each(ROLES)('as %s', async (role) => {
    const reply = await ask(role);
    const allowed = may.includes(LETTER[role]);
    expect(reply.statusCode).toBe(allowed ? status : 403);
    if (!allowed)
      expect(reply.json().error).toMatchObject({ code: 'not_allowed', message: expect.stringContaining(role) });
  });
});

describe('tokens', () => {
  test('HEAD needs the same role as GET', async () => {
    const head = (token: string) =>
      server.app.inject({ method: 'HEAD', url: '/api/v1/accounts', headers: { authorization: `Bearer ${token}` } });
    expect((await head(server.tokens.viewer)).statusCode).toBe(200);
    expect((await head(server.tokens.product)).statusCode).toBe(403);
  });

  test('a wrong one is refused, and slowed down after 20 in a minute while right ones go on', async () => {
    const own = await httpServer();
    try {
      const wrong = () => own.app.inject({ url: '/api/v1/status', headers: { authorization: 'Bearer hr_wrong' } });
      const statuses: number[] = [];
      for (let n = 0; n < 21; n++) statuses.push((await wrong()).statusCode);
      expect(statuses).toEqual([...Array<number>(20).fill(401), 429]);
      expect((await wrong()).headers['retry-after']).toMatch(/^\d+$/);
      expect((await own.call('viewer', 'GET', '/api/v1/status')).statusCode).toBe(200);
    } finally {
      await own.close();
    }
  });

  test('none configured: 503 says so, a revoked one does not count', async () => {
    const own = await httpServer();
    try {
      await inTransaction(own.store, async (tx) => {
        for (const role of ROLES) await revokeToken(tx, `a ${role}`, own.time.now);
      });
      const reply = await own.call('admin', 'GET', '/api/v1/status');
      expect(reply.statusCode).toBe(503);
      expect(reply.json().error).toMatchObject({
        code: 'no_tokens',
        remedy: expect.stringContaining('HEADROOM_ADMIN_TOKEN'),
      });
    } finally {
      await own.close();
    }
  });
});
