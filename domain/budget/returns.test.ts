import { expect, test } from 'vitest';
import { nextReturn, returnsEveryMs, SOONEST_MS } from './returns.ts';
import type { Limit } from './types.ts';

const rate = (max: number, ms: number, over: Partial<Limit> = {}): Limit => ({
  bucket: 'rate',
  max,
  cap: null,
  window: { kind: 'rolling', ms, clock: 'wire' },
  ...over,
});
const atOnce: Limit = { bucket: 'at_once', max: 5, cap: null, window: { kind: 'at_once' } };
const hourly = rate(40, 3_600_000, { window: { kind: 'rolling', ms: 3_600_000, clock: 'business' } });

test.each<[string, Limit[], number]>([
  ['as fast as our own work allows where nothing limits', [], 40],
  ['a quarter faster than the vendor takes them', [rate(190, 10_000)], 10_000 / 190 / 1.25],
  ['by the slowest of several limits', [rate(100, 1_000), rate(10, 1_000)], 80],
  ['by what the company set itself', [rate(190, 10_000, { cap: 95 })], 10_000 / 95 / 1.25],
  ['one a second at least', [rate(1, 60_000)], 1_000],
  ['quotas and places say nothing of a pace', [atOnce, hourly], 40],
])('those who come back come %s', (_, limits, everyMs) => {
  expect(returnsEveryMs(limits)).toBeCloseTo(everyMs);
});

test('a thousand who were sent away together come one after the other, and one alone comes soon', () => {
  const times: number[] = [];
  for (let n = 0; n < 1_000; n++) times.push(nextReturn(times.at(-1) ?? 0, 50, 100_000));
  expect(times[0]).toBe(100_000 + SOONEST_MS);
  expect(times.every((time, n) => n === 0 || time - (times[n - 1] ?? 0) === 50)).toBe(true);
});
