/** How an error leaves an activity: what is given up, what is waited out, and how long. */
import { expect, test } from 'vitest';
import {
  InvalidInputError,
  RateLimitedError,
  TransientError,
  UnexpectedResponseError,
} from '../connectors/kit/errors.ts';
import { toFailure } from './map-errors.ts';

const origin = { connector: 'stripe', operation: 'billing.readCustomer' };
const unreadable = new UnexpectedResponseError('a gateway answered', origin);

test('what no repetition helps is given up, unless the work is never given up', () => {
  for (const error of [unreadable, new InvalidInputError('no such field', origin)]) {
    expect(toFailure(error)).toMatchObject({ nonRetryable: true });
    expect(toFailure(error, { attempt: 1 })).toMatchObject({ nonRetryable: false });
  }
});

test('such work is tried again soon, then less and less often, and never more than ten minutes apart', () => {
  const waits = [1, 2, 3, 9, 40, 4_000].map((attempt) => {
    const { nextRetryDelay } = toFailure(unreadable, { attempt }) as { nextRetryDelay: number };
    return nextRetryDelay / 1_000;
  });
  expect(waits).toEqual([2, 4, 8, 512, 600, 600]);
});

test('a wait that the vendor names counts; everything else is left to the engine', () => {
  expect(toFailure(new RateLimitedError('later', 1_500, origin), { attempt: 3 })).toMatchObject({
    nextRetryDelay: 1_500,
  });
  expect(toFailure(new TransientError('gone', origin), { attempt: 3 })).toMatchObject({
    nonRetryable: false,
    nextRetryDelay: undefined,
  });
  const own = new Error('a mistake of ours');
  expect(toFailure(own, { attempt: 1 })).toBe(own);
});
