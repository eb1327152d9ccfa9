/** What becomes of effects whose journey has left them, by what the vendor says of them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { InvalidInputError, TransientError } from '../../connectors/kit/errors.ts';
import type { WriteOperation } from '../../connectors/kit/operation.ts';
import type { Json } from '../../domain/model.ts';
import {
  beginAttempt,
  claimEffect,
  inTransaction,
  markSending,
  markUnclear,
  readEffect,
  type Store,
  type Tx,
} from '../../store/index.ts';
import { freshStore } from '../../test/support/store.ts';
import { aRequest, T0 } from '../../test/support/store-rows.ts';
import { openConnections } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { settleDoubts } from './settle-doubts.ts';

type Find = NonNullable<WriteOperation<Json, Json, Json>['find']>;
const HOUR = 3_600_000;
const origin = { connector: 'slack', operation: 'chat.postAlert' };

let store: Store;
let close: () => Promise<void>;
let n = 0;
let wireNow = 0;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(() => {
  wireNow += 24 * HOUR;
});

/** An alert whose answer was lost. */
async function lost(over: { connection?: string; operation?: string } = {}): Promise<string> {
  const key = `k${n++}`;
  const request = aRequest({
    key,
    account: `a${n}`,
    connection: 'chat',
    operation: 'chat.postAlert',
    touch: false,
    ...over,
  });
  const stamp = { now: T0, wireNow };
  await run((tx) => claimEffect(tx, store.vault, { ...request, wireNow }, () => ({ kind: 'send', shadow: false })));
  await run((tx) => beginAttempt(tx, store.vault, key, { ...stamp, timeoutMs: 10_000, judged: true }));
  await run((tx) => markSending(tx, key, 1, stamp));
  return key;
}
const phaseOf = async (key: string) => (await run((tx) => readEffect(tx, store.vault, key)))?.effect.phase;

async function upkeep(find: Find) {
  wireNow += HOUR;
  const postAlert = { name: 'chat.postAlert', idempotency: 'find', settleMs: 0, timeoutMs: 10_000, find };
  const chat = { name: 'chat', connector: 'slack', mode: 'sandbox', capabilities: { chat: { postAlert } } };
  const message = { send: { name: 'message.send', idempotency: 'none', settleMs: 0, timeoutMs: 10_000 } };
  const mail = { name: 'email', connector: 'smtp', mode: 'sandbox', capabilities: { message } };
  // What it needs of the hub, and no more.
  return await settleDoubts({
    store,
    connections: openConnections([chat, mail] as unknown as Parameters<typeof openConnections>[0]),
    now: () => T0,
    wireNow: () => wireNow,
    log: { warn: () => {} },
  } as unknown as Deps);
}

test.each<[string, Find, string]>([
  ['says that it arrived', async () => ({ kind: 'found', result: {} }), 'confirmed'],
  ['cannot tell', async () => ({ kind: 'unknown', reason: 'beyond what it keeps' }), 'unclear'],
  ['refuses to be asked', () => Promise.reject(new InvalidInputError('not in channel', origin)), 'unclear'],
  ['does not answer now', () => Promise.reject(new TransientError('gone', origin)), 'sending'],
])('what was left behind while the vendor %s', async (_, find, expected) => {
  const key = await lost();
  await upkeep(find);
  expect(await phaseOf(key)).toBe(expected);
});

test('doubts that nobody can settle keep no other from its turn', async () => {
  const stamp = () => ({ now: T0, wireNow, reason: 'no answer' });
  const alert = await lost();
  await run((tx) => markUnclear(tx, alert, stamp()));
  for (let mail = 0; mail < 210; mail++) {
    const key = await lost({ connection: 'email', operation: 'message.send' });
    await run((tx) => markUnclear(tx, key, stamp()));
  }
  await upkeep(async () => ({ kind: 'found', result: {} }));
  expect(await phaseOf(alert)).toBe('confirmed');
});
