import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestName } from './nearest.ts';

test('finds the name that was meant', () => {
  expect(nearestName('usge_80', ['usage_80', 'usage_95', 'hard_limit'])).toBe('usage_80');
  expect(nearestName('SEATS', ['storage_gb', 'seats'])).toBe('seats');
  expect(nearestName('biling', ['billing', 'crm'])).toBe('billing');
});

test('guesses nothing when nothing is like it', () => {
  expect(nearestName('zebra', ['usage_80', 'hard_limit'])).toBeNull();
  expect(nearestName('x', [])).toBeNull();
  expect(nearestName('a'.repeat(81), ['a'.repeat(80)])).toBeNull();
});

test('counts swapped neighbours as one mistake', () => {
  expect(editDistance('satrter', 'starter')).toBe(1);
});

test('the distance is symmetric, and 0 only between equal words', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
