import { expect, test } from 'vitest';
import { isStoreAway } from './store-errors.ts';

test.each([
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  [Object.assign(new Error('terminating connection due to unexpected postmaster exit'), { code: '57P01' })],
  [Object.assign(new Error('the database system is starting up'), { code: '57P03' })],
  [new Error('Connection terminated unexpectedly')],
  [new Error('Client has encountered a connection error and is not queryable')],
])('%s: the store is away, also as the cause of another error', (error) => {
  expect(isStoreAway(error)).toBe(true);
  expect(isStoreAway(new Error('Failed query: rollback', { cause: error }))).toBe(true);
});

test('a store that says no is not away', () => {
  expect(isStoreAway(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false);
});
