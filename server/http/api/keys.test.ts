import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimEffect, fixedRing, inTransaction, openStore, readEffect, readKeyRing } from '../../../store/index.ts';
import { httpServer, type TestServer } from '../../../test/support/http-server.ts';
import { aRequest, send } from '../../../test/support/store-rows.ts';
import { tempDataDir } from '../../../test/support/temp-data-dir.ts';

const dir = tempDataDir();
const ring = readKeyRing(dir, undefined);
const inTemporal: { use: string | null; rotated: number } = { use: 'the workflow journey:acme:core', rotated: 0 };
let server: TestServer;
beforeAll(async () => {
  server = await httpServer({
    keys: {
      ring,
      rotated: async () => void inTemporal.rotated++,
      useInTemporal: async () => inTemporal.use,
    },
  });
  // The store of this server seals with the keys of the file.
  Object.assign(server.store, await sealingWith(server));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

async function sealingWith({ store }: TestServer) {
  const {
    pool: _,
    close,
    ...rest
  } = await openStore(store.pool.options.connectionString ?? '', {
    tenant: 'test',
    keys: ring,
  });
  await close();
  return { vault: rest.vault };
}
const claim = (key: string) =>
  inTransaction(server.store, (tx) => claimEffect(tx, server.store.vault, aRequest({ key, account: key }), send));
const payloadOf = (key: string) =>
  inTransaction(server.store, async (tx) => (await readEffect(tx, server.store.vault, key))?.payload);

test('a rotation: the new key seals, the stored payloads move over, the old key goes when nothing needs it', async () => {
  const [old = ''] = ring.all().map(({ id }) => id);
  await claim('before');
  const before = await payloadOf('before');
  expect((await server.call('admin', 'GET', '/api/v1/keys')).json()).toMatchObject({
    from: 'file',
    items: [{ id: old, seals: true, stored: 1 }],
    missing: [],
    unmarked: 0,
  });

  const rotated = (await server.call('admin', 'POST', '/api/v1/keys/rotate', {})).json();
  expect(rotated.items.map(({ seals, stored }: { seals: boolean; stored: number }) => [seals, stored])).toEqual([
    [true, 0],
    [false, 1],
  ]);
  expect(inTemporal.rotated).toBe(1);
  await claim('after');

  const retire = () => server.call('admin', 'POST', `/api/v1/keys/${old}/retire`, {});
  expect((await retire()).json().error).toMatchObject({ message: expect.stringContaining('by 1 stored payload.') });
  const resealed = await server.call('admin', 'POST', '/api/v1/keys/reseal', {});
  expect(resealed.json()).toEqual({ resealed: 1, left: 0 });
  expect((await retire()).json().error).toMatchObject({
    code: 'key_in_use',
    message: expect.stringContaining('journey:acme:core'),
  });
  inTemporal.use = null;
  const retired = await retire();
  expect(retired.json().items).toEqual([expect.objectContaining({ id: rotated.items[0].id, stored: 2 })]);
  expect(await payloadOf('before')).toEqual(before);
  expect(retired.body + rotated.toString()).not.toContain(ring.newest().raw.toString('base64'));
  const audit = (await server.call('admin', 'GET', '/api/v1/audit')).json();
  expect(audit.items.map(({ action }: { action: string }) => action)).toEqual(['key.retired', 'key.rotated']);
});

test('the key that seals cannot be retired', async () => {
  const reply = await server.call('admin', 'POST', `/api/v1/keys/${ring.newest().id}/retire`, {});
  expect(reply.statusCode).toBe(409);
  expect(reply.json().error.remedy).toContain('Rotate first');
});

test('keys of the environment are changed there: the refusal says how', async () => {
  const own = await httpServer({
    keys: { ring: fixedRing([randomBytes(32)]), rotated: async () => {}, useInTemporal: async () => null },
  });
  try {
    const reply = await own.call('admin', 'POST', '/api/v1/keys/rotate', {});
    expect(reply.json().error).toMatchObject({
      code: 'keys_from_environment',
      remedy: expect.stringContaining('move it to the first place'),
    });
  } finally {
    await own.close();
  }
});
