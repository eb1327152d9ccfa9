import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ConnectorError,
  InvalidInputError,
  OutcomeUnknownError,
  RateLimitedError,
  RepeatableError,
  TransientError,
} from '../../connectors/kit/errors.ts';
import type { WriteCall, WriteOperation } from '../../connectors/kit/operation.ts';
import type { Json } from '../../domain/model.ts';
import { inTransaction, readEffect, type Store } from '../../store/index.ts';
import { freshStore } from '../../test/support/store.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from './about.ts';
import { performEffect } from './perform.ts';

const origin = { connector: 'fake', operation: 'tag' };
const lost = () => new RepeatableError('no answer', origin);
const T0 = '2026-03-02T10:00:00.000Z';

let store: Store;
let close: () => Promise<void>;
let key = '';
let n = 0;
let wireNow = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(() => {
  key = `k${n++}`;
  wireNow = 1_000_000;
});

/** A vendor that answers its calls one after another: with an error, or with what was asked. */
function vendor(
  idempotency: WriteOperation<Json, Json, Json>['idempotency'],
  answers: (ConnectorError | null)[],
  find: NonNullable<WriteOperation<Json, Json, Json>['find']> = async () => ({ kind: 'absent' }),
) {
  const sent: Json[] = [];
  const operation: WriteOperation<Json, Json, Json> = {
    name: 'tag',
    idempotency,
    settleMs: 5_000,
    timeoutMs: 20_000,
    prepare: (input) => input,
    send: async (payload, call: WriteCall) => {
      const answer = answers.shift() ?? null;
      // A failure of the look before the write: its first byte never leaves.
      if (answer instanceof TransientError && answer.message === 'before') throw answer;
      await call.sending();
      sent.push(payload);
      if (answer) throw answer;
      return { companyId: 'c1' };
    },
    ...(idempotency === 'find' ? { find } : {}),
  };
  return { sent, operation };
}

function perform(operation: WriteOperation<Json, Json, Json>, decision: 'send' | 'suppress' = 'send') {
  // What an effect needs of the hub, and no more.
  const deps = {
    store,
    configs: { current: () => ({ config: { company: { timezone: 'UTC' } } }) },
    now: () => T0,
    wireNow: () => wireNow,
    log: { warn: () => {}, error: () => {} },
  } as unknown as Deps;
  // Safe: an operation under another's name, of which the ledger knows only the name.
  const crm = { tagAccount: operation } as never;
  return performEffect(deps, {
    connection: { name: 'crm', connector: 'fake', mode: 'sandbox', capabilities: { crm } },
    operation: 'crm.tagAccount',
    about: internalEffect({ key, account: `a${n}` }),
    render: async () => ({ input: { companyId: 'c1', fields: {} } }),
    decide: () =>
      decision === 'send'
        ? { kind: 'send', shadow: false }
        : { kind: 'suppress', reason: 'off', detail: 'switched off' },
  });
}

const phase = async () => (await inTransaction(store, (tx) => readEffect(tx, store.vault, key)))?.effect.phase;

describe('a write whose answer was lost', () => {
  test('may have happened: it is sent again as it was, and never withdrawn by a guard', async () => {
    const { operation, sent } = vendor('natural', [lost(), null]);
    await expect(perform(operation)).rejects.toThrow('no answer');
    expect(await phase()).toBe('sending');
    wireNow += 5_000;
    expect(await perform(operation, 'suppress')).toMatchObject({ kind: 'done' });
    expect(sent).toHaveLength(2);
  });

  test('waits until the vendor can no longer be at it, though not for the deadline of a call that is over', async () => {
    const { operation, sent } = vendor('natural', [lost(), null]);
    await expect(perform(operation)).rejects.toThrow('no answer');
    wireNow += 4_999;
    await expect(perform(operation)).rejects.toMatchObject({ type: 'attempt_under_way', nextRetryDelay: 100 });
    expect(sent).toHaveLength(1);
  });

  test('goes again at once where the vendor knows our key', async () => {
    const { operation, sent } = vendor('vendor_key', [lost(), null]);
    await expect(perform(operation)).rejects.toThrow('no answer');
    expect(await perform(operation)).toMatchObject({ kind: 'done' });
    expect(sent).toHaveLength(2);
  });

  test('stays in doubt although its next attempt is turned away', async () => {
    for (const turnedAway of [new RateLimitedError('later', 1_000, origin), new TransientError('before', origin)]) {
      key = `k${n++}`;
      const { operation } = vendor('vendor_key', [lost(), turnedAway, null]);
      await expect(perform(operation)).rejects.toThrow('no answer');
      await expect(perform(operation)).rejects.toThrow(turnedAway.message);
      expect(await phase()).toBe('sending');
      expect(await perform(operation, 'suppress')).toMatchObject({ kind: 'done' });
    }
  });

  test('is unclear where the vendor refuses to be asked, and only tried again where it could not be', async () => {
    for (const [error, expected] of [
      [new InvalidInputError('not in channel', origin), 'unclear'],
      [new TransientError('gone', origin), 'sending'],
    ] as const) {
      key = `k${n++}`;
      const { operation, sent } = vendor('find', [lost()], () => Promise.reject(error));
      await expect(perform(operation)).rejects.toThrow('no answer');
      wireNow += 30_000;
      await perform(operation).catch((failure: unknown) => expect(failure).toBe(error));
      expect(await phase()).toBe(expected);
      expect(sent).toHaveLength(1);
    }
  });

  test('is unclear where nobody can be asked, and is never sent again', async () => {
    const { operation, sent } = vendor('none', [new OutcomeUnknownError('no 250', origin)]);
    await expect(perform(operation)).rejects.toThrow('no 250');
    wireNow += 5_000;
    expect(await perform(operation)).toMatchObject({ kind: 'unclear' });
    expect(await perform(operation)).toMatchObject({ kind: 'unclear' });
    expect(sent).toHaveLength(1);
  });
});

test('a write that the vendor turned away is judged again before it goes', async () => {
  const { operation, sent } = vendor('natural', [new RateLimitedError('later', 1_000, origin)]);
  await expect(perform(operation)).rejects.toThrow('later');
  expect(await phase()).toBe('claimed');
  expect(await perform(operation, 'suppress')).toEqual({ kind: 'withdrawn', reason: 'off' });
  expect(sent).toHaveLength(1);
});

test('a write that a look-up did not find and the vendor then turned away is judged again as well', async () => {
  const { operation } = vendor('find', [
    new OutcomeUnknownError('no answer', origin),
    new RateLimitedError('later', 1_000, origin),
  ]);
  await expect(perform(operation)).rejects.toThrow('no answer');
  wireNow += 5_000;
  await expect(perform(operation)).rejects.toThrow('later');
  expect(await phase()).toBe('claimed');
});
