import { expect, test } from 'vitest';
import { addMs, businessNow, wireDelay, wireTime } from './clock.ts';
import { explain, REASONS } from './reasons.ts';
import { formatCents, formatDuration, formatNumber, formatPercent } from './text.ts';

test.each([
  [0, '0'],
  [9.04, '9'],
  [12.34, '12.3'],
  [123.4, '123'],
  [1_234_567, '1,234,567'],
  [-1_234.4, '-1,234'],
])('the number %d reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.8, '80 %'],
  [0.999, '99 %'],
  [1.2, '120 %'],
  [0.29, '29 %'],
])('the share %d reads %s', (ratio, text) => {
  expect(formatPercent(ratio)).toBe(text);
});

test.each([
  [45 * 60_000, '45 min'],
  [18 * 3_600_000, '18 h'],
  [72 * 3_600_000, '3 days'],
])('%d ms read %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [123_456, '1,234.56'],
  [5, '0.05'],
  [-29_900, '-299.00'],
])('%d cents read %s', (cents, text) => {
  expect(formatCents(cents)).toBe(text);
});

test('every reason is a sentence', () => {
  for (const sentence of Object.values(REASONS)) expect(sentence).toMatch(/^[A-Z].+\.$/);
  expect(explain('cooldown')).toBe(REASONS.cooldown);
});

test('the business clock runs at its scale, and back', () => {
  const clock = { startedAt: '2026-01-01T00:00:00.000Z', epoch: '2026-03-01T00:00:00.000Z', scale: 28_800 };
  const wire = Date.parse(clock.startedAt) + 3_000;
  expect(businessNow(clock, wire)).toBe('2026-03-02T00:00:00.000Z');
  expect(wireTime(clock, '2026-03-02T00:00:00.000Z')).toBe(wire);
  expect(wireDelay(clock, '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z')).toBe(3_000);
  expect(wireDelay(clock, '2026-03-02T00:00:00.000Z', '2026-03-01T00:00:00.000Z')).toBe(0);
  expect(addMs('2026-03-01T00:00:00.000Z', 1_000)).toBe('2026-03-01T00:00:01.000Z');
});
