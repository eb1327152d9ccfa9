/** One worker gets the next token, however many ask: on a real store, each keeper as in a process of its own. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineConnector } from '../connectors/kit/connector.ts';
import { AuthenticationError, TransientError } from '../connectors/kit/errors.ts';
import { fakeDependencies } from '../connectors/kit/testing/dependencies.ts';
import { callWithin } from '../connectors/kit/time-limit.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../test/support/store.ts';
import { keepTokens } from './token-keeper.ts';

let store: Store;
let close: () => Promise<void>;
let wireNow = 1_800_000_000_000;
let n = 0;
beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());

const MINUTE = 60_000;
const call = () => callWithin(20_000);

/** A vendor that hands out numbered tokens, and remembers how many were asked for at once. */
function vendor(lifetimeMs: number | null = 60 * MINUTE) {
  const seen = { asked: 0, atOnce: 0, mostAtOnce: 0, fails: 0 };
  const refresh = async () => {
    seen.atOnce += 1;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.atOnce);
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.atOnce -= 1;
    if (seen.fails > 0) {
      seen.fails -= 1;
      throw new TransientError('503', { connector: 'acme', operation: 'token' });
    }
    seen.asked += 1;
    return { value: `token-${seen.asked}`, expiresAt: lifetimeMs === null ? null : wireNow + lifetimeMs };
  };
  return { seen, refresh };
}

function workers(count: number, leaseMs?: number) {
  const connection = `crm-${n++}`;
  const times = { wireNow: () => wireNow, ...(leaseMs === undefined ? {} : { leaseMs }) };
  return Array.from({ length: count }, () => keepTokens(store, connection, times));
}

test('eight workers that need a token at once make exactly one refresh, and all call with its token', async () => {
  const { seen, refresh } = vendor();
  const keepers = workers(8);
  const tokens = await Promise.all(keepers.flatMap((keeper) => [1, 2, 3].map(() => keeper.use(refresh, call()))));
  expect(new Set(tokens)).toEqual(new Set(['token-1']));
  expect(seen).toMatchObject({ asked: 1, mostAtOnce: 1 });
});

test('through expiries and refusals in any order there is one refresh for each token that ended, never two at once', async () => {
  const steps = fc.array(fc.constantFrom('use', 'expire', 'refuse'), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const { seen, refresh } = vendor();
      const keepers = workers(8);
      let expected = 0;
      let good = false;
      let last = '';
      for (const step of story) {
        if (step === 'expire') {
          wireNow += 61 * MINUTE;
          good = false;
        }
        // Everybody hears of it: of eight who drop the same token nobody drops the next one.
        if (step === 'refuse' && good) {
          await Promise.all(keepers.map((keeper) => keeper.drop(last)));
          good = false;
        }
        const tokens = await Promise.all(keepers.map((keeper) => keeper.use(refresh, call())));
        if (!good) expected += 1;
        good = true;
        last = `token-${expected}`;
        expect(new Set(tokens)).toEqual(new Set([last]));
      }
      expect(seen).toMatchObject({ asked: expected, mostAtOnce: 1 });
    }),
    { numRuns: 12 },
  );
});

test('a refusal that comes late does not throw the next token away', async () => {
  const { seen, refresh } = vendor(null);
  const [one, two] = workers(2);
  if (!one || !two) throw new Error('two workers');
  const old = await one.use(refresh, call());
  await two.use(refresh, call());
  await one.drop(old);
  const next = await one.use(refresh, call());
  await two.drop(old);
  expect(await two.use(refresh, call())).toBe(next);
  expect(seen.asked).toBe(2);
});

test('a refresh that fails leaves the next one free to try at once', async () => {
  const { seen, refresh } = vendor();
  seen.fails = 1;
  const [one, two] = workers(2);
  await expect(one?.use(refresh, call())).rejects.toThrow('503');
  expect(await two?.use(refresh, call())).toBe('token-1');
});

test('a worker that died while it was getting a token is waited for no longer than its lease', async () => {
  const { refresh } = vendor();
  const [dead, next] = workers(2, 1_000);
  const never = dead?.use(() => new Promise(() => {}), call());
  never?.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(next?.use(refresh, callWithin(300))).rejects.toThrow('another worker was getting a token');
  wireNow += 1_001;
  expect(await next?.use(refresh, call())).toBe('token-1');
});

test('the store never holds a token in the clear', async () => {
  const { refresh } = vendor();
  const [keeper] = workers(1);
  await keeper?.use(refresh, call());
  const { rows } = await store.pool.query('select sealed from connection_token');
  for (const { sealed } of rows) expect(Buffer.from(sealed).includes('token-')).toBe(false);
});

test('a token that can no longer be opened, as after its data key was retired, is had anew', async () => {
  const { seen, refresh } = vendor();
  const [one, two] = workers(2);
  await one?.use(refresh, call());
  await store.pool.query("update connection_token set sealed = '\\x00'");
  expect(await two?.use(refresh, call())).toBe('token-2');
  expect(seen.asked).toBe(2);
});

test('a connector calls with it, and gets another when the vendor says that it is no longer valid', async () => {
  const { seen, refresh } = vendor(null);
  const valid = new Set(['token-2']);
  const connector = defineConnector({
    manifest: {
      name: 'acme',
      title: 'Acme',
      settings: z.strictObject({}),
      auth: [],
      hosts: () => [],
      apiVersion: { name: '1', url: 'https://acme.example/docs' },
      limits: [],
      needsAccountKey: false,
      webhook: false,
    },
    connect: ({ tokens }) => ({
      check: async (asked) => {
        const token = await tokens.use(refresh, asked);
        if (valid.has(token)) return;
        await tokens.drop(token);
        throw new TransientError('session ended', { connector: 'acme', operation: 'check' });
      },
    }),
  });
  const [tokens] = workers(1);
  if (!tokens) throw new Error('a keeper');
  const connection = { connector: 'acme', mode: 'live' as const, auth: {} };
  const { check } = connector.connect({ ...fakeDependencies({ connection }), tokens });
  await expect(check?.(call())).rejects.toBeInstanceOf(TransientError);
  await check?.(call());
  expect(seen.asked).toBe(2);
  const refused = async () => {
    throw new AuthenticationError('bad key', { connector: 'acme', operation: 'token' });
  };
  await tokens.drop('token-2');
  await expect(tokens.use(refused, call())).rejects.toBeInstanceOf(AuthenticationError);
});
