import { expect, test } from 'vitest';
import { findToken, inTransaction } from '../store/index.ts';
import { httpServer } from '../test/support/http-server.ts';
import { keepEnvironmentTokens } from './environment-tokens.ts';

const T0 = '2026-03-02T10:00:00.000Z';

test('both tokens of the environment let in with their role, and a new value replaces the old one', async () => {
  const { store, close } = await httpServer();
  try {
    const keep = (env: Record<string, string>) => inTransaction(store, (tx) => keepEnvironmentTokens(tx, env, T0));
    const roleOf = async (token: string) => (await inTransaction(store, (tx) => findToken(tx, token)))?.role ?? null;
    await keep({ HEADROOM_PRODUCT_TOKEN: 'p1', HEADROOM_ADMIN_TOKEN: 'a1' });
    expect([await roleOf('p1'), await roleOf('a1')]).toEqual(['product', 'admin']);
    await keep({ HEADROOM_ADMIN_TOKEN: 'a2', HEADROOM_PRODUCT_TOKEN: '' });
    expect([await roleOf('p1'), await roleOf('a1'), await roleOf('a2')]).toEqual(['product', null, 'admin']);
    await expect(keep({ HEADROOM_PRODUCT_TOKEN: 'x', HEADROOM_ADMIN_TOKEN: 'x' })).rejects.toThrow('the same token');
    expect(await roleOf('x')).toBeNull();
  } finally {
    await close();
  }
});
