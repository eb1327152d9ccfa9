import { describe, expect, test } from 'vitest';
import type { Feature } from '../../config/schema/index.ts';
import { boughtFeatures } from './bought-feature.ts';
import { scheduleOnboarding } from './schedule.ts';
import type { OnboardingStep } from './types.ts';

const AT = '2026-03-11T15:00:00.000Z';
const step = (id: string, days: number): OnboardingStep => ({
  id,
  after: days * 86_400_000,
  send: { template: id, by: 'email', to: 'primary_admin' },
});

describe('the schedule', () => {
  test('has the check-ins at day 7 and day 30 and a last look at day 90, whatever config says', () => {
    expect(scheduleOnboarding(AT, null)).toEqual([
      { kind: 'check_in', id: 'check_in_7', at: '2026-03-18T15:00:00.000Z', day: 7 },
      { kind: 'check_in', id: 'check_in_30', at: '2026-04-10T15:00:00.000Z', day: 30 },
      { kind: 'quality', id: 'quality_90', at: '2026-06-09T15:00:00.000Z' },
    ]);
  });

  test('puts the mails of config in their place, mails before a check-in of the same moment', () => {
    const sequence = { steps: [step('late', 14), step('welcome', 0), step('week', 7)] };
    expect(scheduleOnboarding(AT, sequence).map((one) => one.id)).toEqual([
      'welcome',
      'week',
      'check_in_7',
      'late',
      'check_in_30',
      'quality_90',
    ]);
    expect(scheduleOnboarding(AT, sequence)[0]).toEqual({
      kind: 'send',
      id: 'welcome',
      at: AT,
      step: step('welcome', 0),
    });
  });
});

describe('what was bought', () => {
  const feature = (tier: string, used_when?: string): Feature => ({
    name: tier,
    tier,
    because: 'true',
    line: 'x',
    ...(used_when === undefined ? {} : { used_when }),
  });
  const features = {
    a: feature('starter', 'x'),
    b: feature('team', 'x'),
    c: feature('pro', 'x'),
    d: feature('enterprise', 'x'),
    e: feature('pro'),
  };
  const bought = (fromPlan: string | null, answers: Record<string, boolean | null>) =>
    boughtFeatures({ features, planOrder: ['starter', 'team', 'pro', 'enterprise'], fromPlan, toPlan: 'pro', answers });

  test('are the features above the old tier that can tell whether they are used', () => {
    expect(bought('starter', { b: true })).toEqual([
      { key: 'b', name: 'team', used: true },
      { key: 'c', name: 'pro', used: null },
    ]);
    expect(bought(null, {}).map((one) => one.key)).toEqual(['a', 'b', 'c']);
  });
});
