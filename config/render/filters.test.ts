import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bar, date, days, money, number, percent, round, textBar } from './filters.ts';

describe('filters of templates', () => {
  test.each([
    [number(1_234_567.891), '1,234,567.89'],
    [round(4.666), '5'],
    [round(4.666, 1), '4.7'],
    [percent(0.57), '57%'],
    [percent(1.2), '120%'],
    [days(1), '1 day'],
    [days(8.2), '9 days'],
    [days(-3), '0 days'],
    [money(129_900, 'usd'), '$1,299'],
    [money(129_950, 'eur'), '€1,299.50'],
    [date('2026-03-20T02:00:00.000Z', 'America/New_York'), 'March 19, 2026'],
    [bar(1.7), '100'],
    [textBar(0.5), '[##########..........]'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });

  test('nobody reads 100% while something is left', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.9999, noNaN: true }), (ratio) => {
        expect(Number.parseInt(percent(ratio), 10)).toBeLessThan(100);
      }),
    );
  });

  test('a bar is between 1 and 100 wide and 20 characters long, whatever is used', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 5, noNaN: true }), (ratio) => {
        expect(Number(bar(ratio))).toBeGreaterThanOrEqual(1);
        expect(Number(bar(ratio))).toBeLessThanOrEqual(100);
        expect(textBar(ratio)).toHaveLength(22);
      }),
    );
  });

  test.each([null, undefined, 'many', Number.NaN])('%s is not written as a number', (value) => {
    for (const filter of [number, round, percent, days, bar, textBar]) expect(() => filter(value)).toThrow();
    expect(() => money(value, 'usd')).toThrow();
    expect(() => date(value, 'UTC')).toThrow();
  });
});
