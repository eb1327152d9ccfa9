import { describe, expect, test } from 'vitest';
import { catalogueOfWorlds } from './directory.ts';
import { createPlanOverrides } from './plan-overrides.ts';
import type { WorldReading, WorldSubscription } from './types.ts';

const at = '2026-03-10T00:00:00Z';
const subscription = (plan: string | null): WorldSubscription => ({
  type: 'subscription',
  receivedAt: at,
  account: 'a_1',
  product: 'core',
  plan,
  mrrCents: 29_900,
  periodStart: at,
  periodEnd: at,
});
const reading: WorldReading = {
  type: 'reading',
  receivedAt: at,
  observedAt: at,
  id: 'r1',
  account: 'a_1',
  product: 'core',
  metric: 'storage_gb',
  used: 49,
  limit: 50,
  periodStart: null,
  periodEnd: null,
};

describe('after a person has changed a plan', () => {
  const overrides = createPlanOverrides(catalogueOfWorlds());
  overrides.changed({ account: 'a_1', product: 'core', plan: 'team' });

  test('renewals carry the new plan and its price', () => {
    expect(overrides.translate(subscription('starter'))).toMatchObject({ plan: 'team', mrrCents: 99_900 });
  });
  test('readings carry the new limit, and what was used stays', () => {
    expect(overrides.translate(reading)).toMatchObject({ used: 49, limit: 250 });
  });
  test('other products and accounts stay as they were written', () => {
    expect(overrides.translate({ ...reading, account: 'a_2' })).toMatchObject({ limit: 50 });
    expect(overrides.translate({ ...subscription('pro'), product: 'api' })).toMatchObject({ plan: 'pro' });
  });
});

test('a cancellation in the world ends the product, whatever its plan', () => {
  const overrides = createPlanOverrides(catalogueOfWorlds());
  overrides.changed({ account: 'a_1', product: 'core', plan: 'team' });
  expect(overrides.translate(subscription(null))).toMatchObject({ plan: null });
  expect(overrides.translate(reading)).toBeNull();
});
