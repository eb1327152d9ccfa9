import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Chat } from '../../connectors/kit/capabilities.ts';
import {
  AuthenticationError,
  HeldBackError,
  NotSentError,
  OutcomeUnknownError,
  RateLimitedError,
  TransientError,
} from '../../connectors/kit/errors.ts';
import { addMs } from '../../domain/clock.ts';
import { inTransaction, readEffect } from '../../store/index.ts';
import { httpServer, type TestServer } from '../../test/support/http-server.ts';
import { T0 } from '../../test/support/store-rows.ts';
import { internalEffect } from './about.ts';
import { performPatiently } from './patience.ts';
import type { EffectPlan } from './plan.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const origin = { connector: 'slack', operation: 'post_alert' };
const away = new TransientError('connection refused', origin);
const limited = (retryAfterMs: number) => new RateLimitedError('too many requests', retryAfterMs, origin);

let server: TestServer;
beforeAll(async () => {
  server = await httpServer();
});
afterAll(() => server?.close());
let key = '';
let keys = 0;
beforeEach(() => {
  keys += 1;
  key = `te1:am:chat.postAlert::${keys}`;
  server.time.now = T0;
});

/** A vendor that answers with this error, before the first byte or after it. */
function plan(
  error: Error,
  after: 'before' | 'sent' = 'before',
  idempotency: Chat['postAlert']['idempotency'] = 'find',
  found: 'absent' | 'cannot look' = 'cannot look',
): EffectPlan<'chat.postAlert'> {
  const postAlert: Chat['postAlert'] = {
    name: 'post_alert',
    idempotency,
    settleMs: 0,
    timeoutMs: 20_000,
    prepare: () => ({}),
    send: async (_, call) => {
      if (after === 'sent') await call.sending();
      throw error;
    },
    find: () => (found === 'absent' ? Promise.resolve({ kind: 'absent' }) : Promise.reject(error)),
  };
  const input = { to: '#expansion' } as Parameters<Chat['postAlert']['prepare']>[0]; // never read by this vendor
  return {
    // Only the operation under test is ever asked for.
    connection: { name: 'chat', connector: 'slack', mode: 'sandbox', capabilities: { chat: { postAlert } as Chat } },
    operation: 'chat.postAlert',
    about: internalEffect({ key, account: 'acme' }),
    render: async () => ({ input }),
    decide: () => ({ kind: 'send', shadow: false }),
  };
}

/** One attempt of an activity that was first scheduled so long ago. */
function perform(triedMs: number, of: EffectPlan<'chat.postAlert'>) {
  const info = { scheduledTimestampMs: Date.now() - triedMs };
  const activity = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return activity.run(() => performPatiently(server.context.deps, of));
}

const phase = async () => {
  const { store } = server;
  return (await inTransaction(store, (tx) => readEffect(tx, store.vault, key)))?.effect.phase;
};

describe('a step whose vendor takes nothing', () => {
  test.each([
    ['is tried again at first', away, 5 * SECOND_MS, null],
    ['waits when that has gone on for a while', away, 20 * SECOND_MS, 10 * SECOND_MS],
    ['waits when the credentials are refused', new AuthenticationError('no', origin), 20 * SECOND_MS, 10 * SECOND_MS],
    ['shares a busy limit for longer', limited(SECOND_MS), 20 * SECOND_MS, null],
    ['but not for ever', limited(SECOND_MS), 70 * SECOND_MS, 10 * SECOND_MS],
    ['waits when calls are held back', new HeldBackError('away', SECOND_MS, origin), 20 * SECOND_MS, 10 * SECOND_MS],
    ['is tried again while that is new', new HeldBackError('away', SECOND_MS, origin), 5 * SECOND_MS, null],
    ['goes on at once where we stopped ourselves', new NotSentError('too late', origin), 20 * SECOND_MS, null],
    ['waits as long as it is told to', limited(HOUR_MS), 0, HOUR_MS],
  ])('%s', async (_, error, triedMs, holdMs) => {
    const outcome = perform(triedMs, plan(error));
    if (holdMs === null) await expect(outcome).rejects.toBe(error);
    else expect(await outcome).toMatchObject({ kind: 'wait', reason: 'vendor_unavailable', until: addMs(T0, holdMs) });
    expect(await phase()).toBe('claimed');
  });

  test.each([
    ['20 s', 20 * SECOND_MS, 10 * SECOND_MS],
    ['4 min', 240 * SECOND_MS, 60 * SECOND_MS],
    ['a day', 24 * HOUR_MS, 600 * SECOND_MS],
  ])('waits longer the longer it lasts: away for %s', async (_, outageMs, holdMs) => {
    await perform(20 * SECOND_MS, plan(away));
    server.time.now = addMs(T0, outageMs);
    expect(await perform(20 * SECOND_MS, plan(away))).toMatchObject({ until: addMs(server.time.now, holdMs) });
  });

  test.each([
    ['the look itself meets the outage', 'find', 'before'],
    ['a repeat under the same key meets it before the first byte', 'vendor_key', 'before'],
    ['a repeat under the same key meets it after', 'vendor_key', 'sent'],
    ['a repeat that does no harm meets it', 'natural', 'sent'],
  ] as const)('never waits in doubt: %s', async (_, idempotency, after) => {
    const unknown = new OutcomeUnknownError('no answer', origin);
    await expect(perform(HOUR_MS, plan(unknown, 'sent', idempotency))).rejects.toBe(unknown);
    expect(await phase()).toBe('sending');
    server.time.wireNow += 60 * SECOND_MS;
    await expect(perform(HOUR_MS, plan(away, after, idempotency))).rejects.toBe(away);
    expect(await phase()).toBe('sending');
  });

  test('a look that is held back is over at once: the next one need not wait for its deadline', async () => {
    const unknown = new OutcomeUnknownError('no answer', origin);
    await expect(perform(HOUR_MS, plan(unknown, 'sent'))).rejects.toBe(unknown);
    const heldBack = new HeldBackError('away', SECOND_MS, origin);
    for (let look = 0; look < 2; look++) {
      server.time.wireNow += SECOND_MS;
      await expect(perform(HOUR_MS, plan(heldBack))).rejects.toBe(heldBack);
    }
    expect(await phase()).toBe('sending');
  });

  test('waits again once a look has told that nothing happened', async () => {
    const unknown = new OutcomeUnknownError('no answer', origin);
    await expect(perform(HOUR_MS, plan(unknown, 'sent'))).rejects.toBe(unknown);
    server.time.wireNow += 60 * SECOND_MS;
    expect(await perform(HOUR_MS, plan(away, 'sent', 'find', 'absent'))).toMatchObject({ kind: 'wait' });
    expect(await phase()).toBe('claimed');
  });
});
