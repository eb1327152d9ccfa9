import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextCheck } from './recheck.ts';

const MINUTE = 60_000;

test('refused credentials are tried after 1, 5, 15, 60 and 180 minutes more, then every six hours', () => {
  const checks: number[] = [];
  for (let at = 0; checks.length < 8; ) {
    at = nextCheck(at);
    checks.push(at / MINUTE);
  }
  expect(checks).toEqual([1, 6, 21, 81, 261, 621, 981, 1_341]);
});

test('whenever it is asked, the next check lies ahead, at most six hours, and never sooner than an earlier answer', () => {
  const since = fc.integer({ min: 0, max: 30 * 1_440 * MINUTE });
  fc.assert(
    fc.property(since, since, (a, b) => {
      expect(nextCheck(a)).toBeGreaterThan(a);
      expect(nextCheck(a) - a).toBeLessThanOrEqual(360 * MINUTE);
      expect(nextCheck(Math.min(a, b))).toBeLessThanOrEqual(nextCheck(Math.max(a, b)));
    }),
  );
});
