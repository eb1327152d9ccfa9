import { expect, test } from 'vitest';
import { reading } from '../../test/support/usage-history.ts';
import { zeroesForAbsent } from './absent.ts';

const read = {
  source: 'mixpanel',
  product: 'api',
  metric: 'api_calls',
  counter: true,
  complete: true,
  expected: ['acme', 'globex'],
  readings: [reading(0, 5)],
  observedAt: '2026-03-02T12:00:00.000Z',
  receivedAt: '2026-03-02T12:01:00.000Z',
};

test('an account that a complete read of a counter leaves out has used nothing', () => {
  expect(zeroesForAbsent(read)).toEqual([
    {
      source: 'mixpanel',
      account: 'globex',
      product: 'api',
      metric: 'api_calls',
      observedAt: '2026-03-02T12:00:00.000Z',
      receivedAt: '2026-03-02T12:01:00.000Z',
      used: 0,
    },
  ]);
});

test('an absent gauge is unknown, and so is what a truncated read leaves out', () => {
  expect(zeroesForAbsent({ ...read, counter: false })).toEqual([]);
  expect(zeroesForAbsent({ ...read, complete: false })).toEqual([]);
});
