import { describe, expect, test } from 'vitest';
import { day, denominator, fold, hour, meterOf, monthly, reading, tripsOf } from '../../test/support/usage-history.ts';
import type { Reading } from '../model.ts';

const counter = {
  counter: true,
  denominatorAt: (at: string) => denominator({ limit: 1_000, ...monthly(at) }),
};
const inPeriod = (index: number, hours: number, used: number, more: Partial<Reading> = {}) =>
  reading(index * 720 + hours, used, { periodStart: day(index * 30), periodEnd: day((index + 1) * 30), ...more });

describe('a counter', () => {
  test('can reach a level in each period', () => {
    const readings = [inPeriod(0, 0, 0), inPeriod(0, 400, 850), inPeriod(1, 24, 10), inPeriod(1, 300, 820)];
    expect(tripsOf(fold(readings, counter))).toEqual(['usage_80@400', 'usage_80@1020']);
  });

  test('takes the period of the subscription where the source names none', () => {
    const readings = [reading(0, 0), reading(400, 850), reading(744, 10), reading(1020, 820)];
    expect(tripsOf(fold(readings, counter))).toEqual(['usage_80@400', 'usage_80@1020']);
  });

  test('does not count a late reading of the old period to the new one', () => {
    const before = fold([inPeriod(0, 0, 0), inPeriod(0, 400, 700), inPeriod(1, 6, 5)], counter);
    const late = fold([inPeriod(0, 600, 990, { receivedAt: hour(740) })], { ...counter, meter: before.meter });
    expect(late.trips).toEqual([]);
    expect(meterOf(late)).toMatchObject({ used: 5, periodStart: day(30) });
    expect(meterOf(late).memory.recent).toHaveLength(4);
  });

  test('says nothing of a level that was reached in a period that is over', () => {
    const readings = [inPeriod(0, 0, 0), inPeriod(0, 600, 990, { receivedAt: hour(725) })];
    expect(tripsOf(fold(readings, counter))).toEqual([]);
  });

  test('that names its own period is believed before billing has told of it', () => {
    const late = { ...counter, denominatorAt: () => denominator({ limit: 1_000, periodEnd: day(30) }) };
    const readings = [inPeriod(0, 0, 0), inPeriod(0, 700, 500), inPeriod(1, 2, 10), inPeriod(1, 10, 820)];
    expect(tripsOf(fold(readings, late))).toEqual(['usage_80@730']);
    // Without an end of its own the new period waits for billing instead of ending before it began.
    const unended = readings.map(({ periodEnd: _, ...one }) => one);
    const before = fold(unended, late);
    expect(before.trips).toEqual([]);
    expect(before.nearMisses).toEqual([]);
    expect(tripsOf(fold([inPeriod(1, 20, 830)], { ...counter, meter: before.meter }))).toEqual(['usage_80@730']);
  });

  test('passes over a level reached within a day of the reset, and says so', () => {
    const observed = fold([inPeriod(0, 0, 0), inPeriod(0, 700, 820)], counter);
    expect(observed.trips).toEqual([]);
    expect(observed.nearMisses).toMatchObject([{ trigger: 'usage_80', reason: 'near_period_end' }]);
  });

  test('starts anew when the billing day moves in the middle of a period', () => {
    const moved = { periodStart: day(12), periodEnd: day(42) };
    const readings = [inPeriod(0, 0, 0), inPeriod(0, 200, 850), reading(300, 30, moved), reading(480, 810, moved)];
    expect(tripsOf(fold(readings, counter))).toEqual(['usage_80@200', 'usage_80@480']);
  });

  test('rejects a reading older than its own period', () => {
    const observed = fold([inPeriod(1, -10, 5)], counter);
    expect(observed.rejected).toMatchObject([{ reason: 'unknown_period' }]);
  });

  test('lets a burst in another unit pass where confirmation is asked for', () => {
    const triggers = {
      usage_80: {
        when: 'utilization',
        at: 0.8,
        play: 'p',
        mode: 'live',
        held_for: { kind: 'duration', ms: 18 * 3_600_000 },
      },
    } as const;
    const readings = [
      inPeriod(0, 0, 0),
      inPeriod(0, 100, 90),
      inPeriod(0, 106, 95_000),
      inPeriod(0, 112, 99),
      inPeriod(0, 130, 110),
    ];
    expect(fold(readings, { ...counter, triggers }).trips).toEqual([]);
  });

  test('that does not notice its reset is told from one that is full at once', () => {
    const before = [inPeriod(0, 0, 0), inPeriod(0, 500, 400), inPeriod(0, 690, 940)];
    const carried = fold([...before, inPeriod(1, 6, 945), inPeriod(1, 12, 945), inPeriod(1, 40, 21)], counter);
    expect(tripsOf(carried)).toEqual(['usage_80@690']);
    expect(meterOf(carried).used).toBe(21);
    const real = fold([...before, inPeriod(1, 6, 945), inPeriod(1, 12, 948)], counter);
    expect(tripsOf(real)).toEqual(['usage_80@690', 'usage_80@726']);
  });

  test('fires once more after a raised limit and a new climb', () => {
    const denominatorAt = (at: string) => denominator({ ...monthly(at), limit: at < day(10) ? 1_000 : 2_000 });
    const readings = [inPeriod(0, 0, 0), inPeriod(0, 200, 820), inPeriod(0, 250, 900), inPeriod(0, 500, 1_700)];
    expect(tripsOf(fold(readings, { ...counter, denominatorAt }))).toEqual(['usage_80@200', 'usage_80@500']);
  });

  test('that has stood still for long is a hung meter', () => {
    const rising = Array.from({ length: 16 }, (_, i) => inPeriod(0, i * 24, i * 45));
    const hung = [400, 406, 412, 418, 424, 430].map((hours) => inPeriod(0, hours, 810));
    const triggers = {
      usage_80: { when: 'utilization', at: 0.8, play: 'p', mode: 'live', held_for: { kind: 'readings', count: 2 } },
    } as const;
    expect(tripsOf(fold([...rising, ...hung], { ...counter, triggers }))).toEqual([]);
    const moving = [400, 406, 412].map((hours, i) => inPeriod(0, hours, 810 + i));
    expect(tripsOf(fold([...rising, ...moving], { ...counter, triggers }))).toEqual(['usage_80@400']);
  });
});

describe('a gauge', () => {
  const wavering = Array.from({ length: 14 }, (_, i) => reading(i * 24, 50 + (i % 2 === 0 ? 0.3 : -0.4) + i * 0.1));
  const triggers = {
    usage_80: {
      when: 'utilization',
      at: 0.8,
      play: 'p',
      mode: 'live',
      held_for: { kind: 'duration', ms: 18 * 3_600_000 },
    },
  } as const;

  test('that hangs at the value of a spike does not trip', () => {
    const hung = [336, 342, 348, 354, 360, 366].map((hours) => reading(hours, 91.3));
    expect(tripsOf(fold([...wavering, ...hung], { triggers }))).toEqual([]);
  });

  test('that wavers at a high value trips', () => {
    const honest = [336, 342, 348, 354, 360].map((hours, i) => reading(hours, 91.3 + (i % 3) / 10));
    expect(tripsOf(fold([...wavering, ...honest], { triggers }))).toEqual(['usage_80@336']);
  });

  test('that stands still at its limit is full, not hung', () => {
    const full = [336, 342, 348, 354].map((hours) => reading(hours, 100));
    expect(tripsOf(fold([...wavering, ...full], { triggers }))).toEqual(['usage_80@336']);
  });

  test('of counted things may stand still for ever', () => {
    const seats = Array.from({ length: 14 }, (_, i) => reading(i * 24, 40 + i));
    const still = [336, 342, 348, 354].map((hours) => reading(hours, 90));
    expect(tripsOf(fold([...seats, ...still], { triggers }))).toEqual(['usage_80@336']);
  });
});
