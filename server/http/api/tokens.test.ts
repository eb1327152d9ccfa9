import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction, listAudit } from '../../../store/index.ts';
import { httpServer, type TestServer } from '../../../test/support/http-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

const create = (body: { name: string; role: string }) => server.call('admin', 'POST', '/api/v1/tokens', body);
const revoke = (name: string) => server.call('admin', 'POST', `/api/v1/tokens/${name}/revoke`, {});
const statusWith = async (token: string) =>
  (await server.app.inject({ url: '/api/v1/status', headers: { authorization: `Bearer ${token}` } })).statusCode;

test('a token works from its answer to its end, may do what its role may, and every change has its name', async () => {
  const made = await create({ name: 'ana@own.example', role: 'viewer' });
  expect(made.statusCode).toBe(201);
  const { token, ...row } = made.json();
  expect(row).toEqual({ name: 'ana@own.example', role: 'viewer', createdAt: server.time.now, revokedAt: null });
  expect(await statusWith(token)).toBe(200);
  const audit = await server.app.inject({ url: '/api/v1/audit', headers: { authorization: `Bearer ${token}` } });
  expect(audit.statusCode).toBe(403);

  const listed = await server.call('admin', 'GET', '/api/v1/tokens');
  expect(listed.json().items).toContainEqual(row);
  expect(listed.body).not.toContain(token);

  const end = { ...row, revokedAt: server.time.now };
  expect((await revoke('ana@own.example')).json()).toEqual(end);
  expect(await statusWith(token)).toBe(401);
  expect((await revoke('ana@own.example')).json()).toEqual(end);
  const told = await inTransaction(server.store, (tx) => listAudit(tx, { subject: 'token:ana@own.example' }));
  expect(told).toMatchObject([
    { action: 'token.revoked', actor: 'a admin', door: 'api' },
    { action: 'token.created', actor: 'a admin', detail: { role: 'viewer' } },
  ]);
  expect(JSON.stringify(told)).not.toContain(token);
});

test('a name in use is not taken over; once revoked it is free', async () => {
  const { token } = (await create({ name: 'bo', role: 'am' })).json();
  const again = await create({ name: 'bo', role: 'admin' });
  expect(again.statusCode).toBe(409);
  expect(again.json().error).toMatchObject({ code: 'name_taken', remedy: expect.stringContaining('/bo/revoke') });
  expect(await statusWith(token)).toBe(200);
  await revoke('bo');
  expect((await create({ name: 'bo', role: 'revops' })).statusCode).toBe(201);
  expect(await statusWith(token)).toBe(401);
});

test.each(['product', 'admin', 'local-cli', '', 'a b', 'a/b'])('the name %j is refused', async (name) => {
  expect((await create({ name, role: 'am' })).statusCode).toBe(400);
});

test('one that does not exist is 404 with where they are listed', async () => {
  const reply = await revoke('nobody');
  expect(reply.statusCode).toBe(404);
  expect(reply.json().error.remedy).toContain('GET /api/v1/tokens');
});
