import { expect, test } from 'vitest';
import type { Capabilities } from '../connectors/kit/capabilities.ts';
import {
  AuthenticationError,
  InvalidInputError,
  NotSentError,
  OutcomeUnknownError,
  RateLimitedError,
  RefusedError,
  TransientError,
  UnexpectedResponseError,
} from '../connectors/kit/errors.ts';
import { callWithin } from '../connectors/kit/time-limit.ts';
import { countCalls } from './count-calls.ts';

const origin = { connector: 'acme', operation: 'check' };
const call = callWithin(1_000);

/** How a check that ends like this counts. */
async function noted(check: () => Promise<void>): Promise<string[]> {
  const notes: string[] = [];
  const watched = countCalls({ check }, (how) => notes.push(how));
  await watched.check?.(call).catch(() => undefined);
  return notes;
}

test.each<[string, Error | null, string[]]>([
  ['an answer', null, ['ok']],
  ['a broken connection', new TransientError('reset', origin), ['failed']],
  ['a doubt', new OutcomeUnknownError('reset', origin), ['failed']],
  ['nonsense', new UnexpectedResponseError('html', origin), ['failed']],
  ['a no to what we ask', new InvalidInputError('400', origin), ['ok']],
  ['a business no', new RefusedError('declined', origin), ['ok']],
  ['our own permits being used up', new RateLimitedError('none left', 1_000, origin), []],
  ['refused credentials', new AuthenticationError('401', origin), []],
  ['a fault of ours', new Error('overtaken'), []],
  ['our own change of mind', new NotSentError('too old', origin), []],
])('%s', async (_, error, expected) => {
  expect(
    await noted(async () => {
      if (error) throw error;
    }),
  ).toEqual(expected);
});

test('pages, writes and their errors pass through as they are, and what calls nobody is not counted', async () => {
  const notes: string[] = [];
  const failure = new TransientError('reset on page 3', origin);
  const capabilities = {
    message: {
      send: {
        name: 'send',
        idempotency: 'none',
        settleMs: 1,
        timeoutMs: 2,
        prepare: () => ({ to: 'ana' }),
        send: async () => ({ messageId: 'm1' }),
      },
    },
    crm: {
      async *readAccounts() {
        yield [1];
        yield [2];
        throw failure;
      },
    },
  } as unknown as Capabilities;
  const watched = countCalls(capabilities, (how) => notes.push(how));
  const send = watched.message?.send;
  expect(send).toMatchObject({ idempotency: 'none', settleMs: 1, timeoutMs: 2 });
  // The stand-in takes no input.
  expect(send?.prepare(undefined as never)).toEqual({ to: 'ana' });
  expect(notes).toEqual([]);
  expect(await send?.send({}, { ...call, idempotencyKey: 'k', sending: async () => {} })).toEqual({ messageId: 'm1' });
  const read: unknown[] = [];
  const reading = async () => {
    for await (const page of watched.crm?.readAccounts(call) ?? []) read.push(page);
  };
  await expect(reading()).rejects.toBe(failure);
  expect(read).toEqual([[1], [2]]);
  expect(notes).toEqual(['ok', 'ok', 'ok', 'failed']);
});
