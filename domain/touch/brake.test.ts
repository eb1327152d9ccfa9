import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardrails } from '../../config/schema/index.ts';
import { type BrakeCounts, judgeBrake } from './brake.ts';

const DEFAULTS = guardrails.parse({}).brake;
const fine: BrakeCounts = {
  bounces: { of: 100, bad: 0 },
  complaints: { of: 100, bad: 0 },
  opt_outs: { of: 100, bad: 0 },
  provider_errors: { of: 100, bad: 0 },
};

const KINDS = ['bounces', 'complaints', 'opt_outs', 'provider_errors'] as const;
const kind = fc.constantFrom(...KINDS);
const count = fc
  .integer({ min: 0, max: 2_000 })
  .chain((of) => fc.record({ of: fc.constant(of), bad: fc.integer({ min: 0, max: of }) }));
const counts = fc.record({ bounces: count, complaints: count, opt_outs: count, provider_errors: count });
const rule = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  at_least: fc.integer({ min: 1, max: 50 }),
  within: fc.constant(3_600_000),
});
const rules = fc.record({ bounces: rule, complaints: rule, opt_outs: rule, provider_errors: rule });

describe('the automatic brake', () => {
  test('says how many of how many, over what time, and what would have been allowed', () => {
    expect(judgeBrake({ ...fine, bounces: { of: 40, bad: 6 } }, DEFAULTS)).toEqual({
      kind: 'bounces',
      reason: 'automatic brake: 6 of 40 messages came back within 24 h, more than 5 %',
    });
  });

  test('holds at the second complaint of few hundred messages, and says so before anything milder', () => {
    const complaints = { of: 400, bad: 2 };
    const seen = { ...fine, complaints, opt_outs: { of: 400, bad: 80 }, bounces: { of: 400, bad: 40 } };
    expect(judgeBrake(seen, DEFAULTS)).toEqual({
      kind: 'complaints',
      reason: 'automatic brake: 2 of 400 messages were reported as spam within 7 days, more than 0.3 %',
    });
    expect(judgeBrake({ ...fine, complaints: { of: 400, bad: 1 } }, DEFAULTS)).toBeNull();
    expect(judgeBrake({ ...fine, complaints: { of: 1_000, bad: 3 } }, DEFAULTS)).toBeNull();
  });

  test.each([
    ['as many as allowed, to the very one', { of: 100, bad: 5 }],
    ['a large share of very few', { of: 4, bad: 4 }],
    ['nothing at all', { of: 0, bad: 0 }],
  ])('leaves alone: %s', (_what, bounces) => {
    expect(judgeBrake({ ...fine, bounces }, DEFAULTS)).toBeNull();
  });

  test('holds exactly where number and share are both past their bounds', () => {
    fc.assert(
      fc.property(counts, rules, (seen, bounds) => {
        const past = KINDS.filter(
          (one) => seen[one].bad >= bounds[one].at_least && seen[one].bad > bounds[one].share * seen[one].of,
        );
        const decision = judgeBrake(seen, bounds);
        expect(decision === null).toBe(past.length === 0);
        if (decision) expect(past).toContain(decision.kind);
      }),
    );
  });

  test('more that is bad never releases it, and more that is well never sets it', () => {
    fc.assert(
      fc.property(counts, rules, kind, fc.integer({ min: 1, max: 50 }), (seen, bounds, which, more) => {
        const { of, bad } = seen[which];
        const worse = { ...seen, [which]: { of: of + more, bad: bad + more } };
        const better = { ...seen, [which]: { of: of + more, bad } };
        if (judgeBrake(seen, bounds)) expect(judgeBrake(worse, bounds)).not.toBeNull();
        else expect(judgeBrake(better, bounds)).toBeNull();
      }),
    );
  });
});
