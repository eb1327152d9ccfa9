import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CODEC_SECRET, httpServer, type TestServer, UI } from '../../test/support/http-server.ts';
import { sealingCodec } from '../temporal/codec.ts';

let server: TestServer;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server.close());

const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
/** As the web UI writes a payload: https://docs.temporal.io/codec-server */
const onWire = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  data: base64(data),
});
async function sealed(value: unknown) {
  const payload = defaultPayloadConverter.toPayload(value) ?? {};
  const [one = {}] = await sealingCodec(server.context.keys.ring).encode([payload]);
  return onWire(one);
}
const ask = (address: string, payload: object, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url: address, headers, payload: { payloads: [payload] } });
const texts = (reply: Awaited<ReturnType<typeof ask>>) =>
  reply.json().payloads.map((one: { data: string }) => JSON.parse(Buffer.from(one.data, 'base64').toString('utf8')));

test('whoever may operate the hub has payloads opened; plain ones come back as they are', async () => {
  const authorization = `Bearer ${server.tokens.revops}`;
  const reply = await ask('/codec/decode', await sealed({ account: 'acme' }), { authorization });
  expect(texts(reply)).toEqual([{ account: 'acme' }]);
  const plain = onWire(defaultPayloadConverter.toPayload('plain') ?? {});
  expect((await ask('/codec/decode', plain, { authorization })).json()).toEqual({ payloads: [plain] });
});

test('the web UI, which has no token, knows the address; another address is none', async () => {
  const payload = await sealed('x');
  expect(texts(await ask(`/codec/${CODEC_SECRET}/decode`, payload, { origin: UI }))).toEqual(['x']);
  expect((await ask('/codec/guessed/decode', payload, { origin: UI })).statusCode).toBe(404);
});

test('a page of another origin gets nothing, not even with the right address', async () => {
  const reply = await ask(`/codec/${CODEC_SECRET}/decode`, await sealed('x'), { origin: 'https://evil.example' });
  expect(reply.statusCode).toBe(403);
  expect(reply.headers['access-control-allow-origin']).toBeUndefined();
});

test('a browser is told who may ask before it asks', async () => {
  const preflight = (origin: string) =>
    server.app.inject({ method: 'OPTIONS', url: `/codec/${CODEC_SECRET}/decode`, headers: { origin } });
  const allowed = await preflight(UI);
  expect(allowed.statusCode).toBe(204);
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': UI,
    'access-control-allow-headers': expect.stringContaining('x-namespace'),
    vary: 'origin',
  });
  expect((await preflight('https://evil.example')).statusCode).toBe(403);
});

test('a payload that cannot be opened says so in its place', async () => {
  const payload = await sealed('x');
  const altered = { ...payload, data: base64(Buffer.from('altered altered altered altered')) };
  const reply = await ask(`/codec/${CODEC_SECRET}/decode`, altered);
  expect(texts(reply)).toEqual([expect.stringMatching(/^cannot be shown: /)]);
});

test('a body beyond 4 MB, or of another shape, is refused', async () => {
  const large = { metadata: {}, data: 'AAAA'.repeat(1_100_000) };
  expect((await ask(`/codec/${CODEC_SECRET}/decode`, large)).statusCode).toBe(413);
  expect((await ask(`/codec/${CODEC_SECRET}/decode`, { data: 'no base64!' })).statusCode).toBe(400);
});

test('without a web UI that is named, nobody has anything opened', async () => {
  const own = await httpServer({ codec: null });
  try {
    expect((await own.call('admin', 'POST', '/codec/decode', { payloads: [] })).statusCode).toBe(404);
  } finally {
    await own.close();
  }
});
