import { describe, expect, test } from 'vitest';
import type { Limit } from '../../config/schema/index.ts';
import { resolveDenominator } from './limits.ts';

const subscription = {
  plan: 'pro',
  status: 'active' as const,
  quantity: 12,
  contractLimits: {},
  periodStart: '2026-03-01T00:00:00.000Z',
  periodEnd: '2026-04-01T00:00:00.000Z',
};
const resolve = (
  limit: Limit | undefined,
  more: Partial<typeof subscription> & { contractLimits?: Record<string, number> } = {},
  readingLimit?: number | null,
) =>
  resolveDenominator({
    subscription: { ...subscription, ...more },
    plan: { limits: limit === undefined ? {} : { seats: limit }, pricing: 'flat' },
    metric: 'seats',
    readingLimit,
  });

describe('the denominator', () => {
  test.each([
    ['the plan’s number', resolve(50), { limit: 50, source: 'plan' }],
    ['no limit where the plan says unlimited', resolve('unlimited'), { limit: null, source: 'plan' }],
    ['none where the plan does not name the metric', resolve(undefined), { limit: null, source: 'none' }],
    [
      'the quantity of the subscription',
      resolve({ from: 'subscription.quantity' }),
      { limit: 12, source: 'subscription' },
    ],
    [
      'none for a quantity of 0',
      resolve({ from: 'subscription.quantity' }, { quantity: 0 }),
      { limit: null, source: 'none' },
    ],
    ['the contract before the plan', resolve(50, { contractLimits: { seats: 75 } }), { limit: 75, source: 'contract' }],
    [
      'the contract before the quantity',
      resolve({ from: 'subscription.quantity' }, { contractLimits: { seats: 75 } }),
      { limit: 75, source: 'contract' },
    ],
    [
      'the source’s limit where the plan asks for it',
      resolve({ from: 'reading' }, {}, 60),
      { limit: 60, source: 'reading' },
    ],
    ['no limit where that source says so', resolve({ from: 'reading' }, {}, null), { limit: null, source: 'reading' }],
    ['none where that source says nothing', resolve({ from: 'reading' }), { limit: null, source: 'none' }],
    ['none where that source says 0', resolve({ from: 'reading' }, {}, 0), { limit: null, source: 'none' }],
    ['the plan’s number whatever the source says', resolve(50, {}, 99), { limit: 50, source: 'plan' }],
  ])('is %s', (_, found, expected) => {
    expect(found).toMatchObject({
      ...expected,
      plan: 'pro',
      usagePriced: false,
      periodStart: subscription.periodStart,
    });
  });

  test('does not exist without a plan', () => {
    expect(
      resolveDenominator({
        subscription: { ...subscription, plan: null },
        plan: undefined,
        metric: 'seats',
        readingLimit: 5,
      }),
    ).toBeNull();
    expect(resolveDenominator({ subscription, plan: undefined, metric: 'seats', readingLimit: 5 })).toBeNull();
    const cancelled = { ...subscription, status: 'cancelled' as const };
    expect(
      resolveDenominator({
        subscription: cancelled,
        plan: { limits: {}, pricing: 'flat' },
        metric: 'seats',
        readingLimit: 5,
      }),
    ).toBeNull();
  });

  test('knows pricing by usage', () => {
    const found = resolveDenominator({
      subscription,
      plan: { limits: { seats: 'unlimited' }, pricing: 'usage' },
      metric: 'seats',
      readingLimit: undefined,
    });
    expect(found).toMatchObject({ limit: null, usagePriced: true });
  });
});
