import { describe, expect, test } from 'vitest';
import type { Feature, Plan } from '../../config/schema/index.ts';
import { chooseFeatures } from './choose-features.ts';
import { nextPlan } from './next-plan.ts';
import { socialProof } from './social-proof.ts';
import type { FeatureAnswers } from './types.ts';

const plan = (more: Partial<Plan> = {}): Plan => ({
  price: 'p',
  limits: {},
  pricing: 'flat',
  entitlements: [],
  ...more,
});
const PLANS = { starter: plan(), team: plan(), pro: plan({ name: 'Pro' }), payg: plan({ pricing: 'usage' }) };

describe('the next plan', () => {
  test('is the next line', () => {
    expect(nextPlan({ plans: PLANS }, 'starter')).toBe('team');
  });

  test('is none at the top, at usage pricing, and for a plan that is not there', () => {
    expect(nextPlan({ plans: PLANS }, 'pro')).toBeNull();
    expect(nextPlan({ plans: PLANS }, 'payg')).toBeNull();
    expect(nextPlan({ plans: PLANS }, 'gone')).toBeNull();
  });

  test('is what the plan names', () => {
    expect(nextPlan({ plans: { ...PLANS, starter: plan({ next: 'pro' }) } }, 'starter')).toBe('pro');
    expect(nextPlan({ plans: { ...PLANS, starter: plan({ next: 'none' }) } }, 'starter')).toBeNull();
    expect(nextPlan({ plans: { ...PLANS, payg: plan({ pricing: 'usage', next: 'pro' }) } }, 'payg')).toBe('pro');
  });
});

describe('features', () => {
  const feature = (name: string, tier: string, used_when?: string): Feature => ({
    name,
    tier,
    because: `facts.${name} > 0`,
    line: `{{ facts.${name} }}`,
    ...(used_when === undefined ? {} : { used_when }),
  });
  const yes = { because: true, used: null };
  const choose = (features: Record<string, Feature>, answers: FeatureAnswers, next: string | null = 'team') =>
    chooseFeatures({ features, planOrder: Object.keys(PLANS), currentPlan: 'starter', nextPlan: next, answers });

  test('of the next tier are chosen in the order of config, at most three', () => {
    const features = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, feature(name, 'team')]));
    const { chosen, left } = choose(features, { a: yes, b: yes, c: yes, d: yes });
    expect(chosen.map((one) => one.key)).toEqual(['a', 'b', 'c']);
    expect(chosen[0]).toEqual({
      key: 'a',
      name: 'a',
      tier: 'team',
      line: '{{ facts.a }}',
      reason: 'facts.a > 0 holds, and it is not in use',
    });
    expect(left).toEqual([{ key: 'd', reason: 'three others come first' }]);
  });

  test.each<[string, Feature, FeatureAnswers, string | null]>([
    ['starter has it already', feature('a', 'starter'), { a: yes }, 'team'],
    ['team does not have it yet', feature('a', 'pro'), { a: yes }, 'team'],
    ['the account uses it already', feature('a', 'team', 'facts.x'), { a: { because: true, used: true } }, 'team'],
    ['the facts it needs are not known', feature('a', 'team', 'facts.x'), { a: { because: true, used: null } }, 'team'],
    ['the facts it needs are not known', feature('a', 'team'), { a: { because: null, used: null } }, 'team'],
    ['the facts it needs are not known', feature('a', 'team'), {}, 'team'],
    [
      'nothing in the usage of the account speaks for it',
      feature('a', 'team'),
      { a: { because: false, used: null } },
      'team',
    ],
    ['there is no next plan', feature('a', 'team'), { a: yes }, null],
  ])('are left out because %s', (reason, one, answers, next) => {
    expect(choose({ a: one }, answers, next)).toEqual({ chosen: [], left: [{ key: 'a', reason }] });
  });

  test('that are not in use are chosen', () => {
    expect(choose({ a: feature('a', 'team', 'facts.x') }, { a: { because: true, used: false } }).chosen).toHaveLength(
      1,
    );
  });
});

describe('social proof', () => {
  const proof = (
    source: string | { count: 'segment' } | undefined,
    accountsThere: number,
    segment: 'mid_market' | null = 'mid_market',
  ) =>
    socialProof({
      product: { plans: PLANS, social_proof: source === undefined ? {} : { pro: source } },
      nextPlan: 'pro',
      segment,
      accountsThere,
    });

  test('is the sentence that was written', () => {
    expect(proof('Trusted by teams like yours.', 0)).toBe('Trusted by teams like yours.');
  });

  test('counts from 20 accounts of a known segment on', () => {
    expect(proof({ count: 'segment' }, 20)).toBe('20 mid-sized companies already work on Pro.');
    expect(proof({ count: 'segment' }, 19)).toBeNull();
    expect(proof({ count: 'segment' }, 50, null)).toBeNull();
  });

  test('is never invented', () => {
    expect(proof(undefined, 500)).toBeNull();
  });

  test('names a plan by its key where it has no name', () => {
    const product = { plans: PLANS, social_proof: { team: { count: 'segment' as const } } };
    expect(socialProof({ product, nextPlan: 'team', segment: 'smb', accountsThere: 31 })).toBe(
      '31 small companies already work on team.',
    );
  });
});
