import { describe, expect, test } from 'vitest';
import {
  counterReadings,
  denominator,
  fold,
  hour,
  meterOf,
  monthly,
  reading,
  tripsOf,
  utilization,
} from '../../test/support/usage-history.ts';
import { forecastLimit } from './forecast.ts';

const gauge = (daily: number[]) =>
  meterOf(
    fold(
      daily.map((used, d) => reading(d * 24, used)),
      { triggers: {} },
    ),
  );
const counter = (days: number, useAt: (hour: number) => number, limit: number) =>
  meterOf(
    fold(counterReadings(days * 24 + 1, 6, useAt), {
      triggers: {},
      counter: true,
      denominatorAt: (at) => denominator({ limit, ...monthly(at) }),
    }),
  );

describe('a gauge', () => {
  test('that grows by one a day reaches its limit when the rest is used up', () => {
    const forecast = forecastLimit(gauge(Array.from({ length: 21 }, (_, d) => 50 + d)), false);
    expect(forecast).toEqual({ days: 30, lowDays: 27.3, highDays: 33.3 });
  });

  test('that does not grow has no forecast', () => {
    expect(forecastLimit(gauge(Array.from({ length: 21 }, () => 50)), false)).toBeNull();
  });

  test('that grows too slowly has none either', () => {
    expect(forecastLimit(gauge(Array.from({ length: 21 }, (_, d) => 50 + d / 100)), false)).toBeNull();
  });

  test('without three comparable weekdays has none', () => {
    expect(forecastLimit(gauge([50, 51, 52, 53, 54]), false)).toBeNull();
  });

  test('is not fooled by quiet weekends', () => {
    const forecast = forecastLimit(
      gauge(Array.from({ length: 28 }, (_, d) => (d % 7 >= 5 ? 30 : 60) + Math.floor(d / 7) * 7)),
      false,
    );
    expect(forecast?.days).toBeGreaterThan(0);
    expect(forecast?.lowDays).toBeLessThanOrEqual(forecast?.days ?? 0);
  });

  test('whose ups and downs reach below zero has an open end', () => {
    const forecast = forecastLimit(gauge([50, 70, 48, 52, 60, 71, 49, 58, 66, 60, 48, 75, 70, 66, 71, 64, 77]), false);
    expect(forecast?.highDays).toBe(180);
  });

  test('at its limit is there', () => {
    expect(forecastLimit(gauge([50, 100]), false)).toEqual({ days: 0, lowDays: 0, highDays: 0 });
  });

  test('without a limit never gets there', () => {
    const meter = meterOf(fold([reading(0, 5)], { denominatorAt: () => denominator({ limit: null }) }));
    expect(forecastLimit(meter, false)).toBeNull();
  });
});

describe('a counter', () => {
  test('reaches its limit within the period at a steady pace', () => {
    // 240 a day; after 15 days 3,600 are used and 1,200 are left.
    const forecast = forecastLimit(
      counter(15, () => 10, 4_800),
      true,
    );
    expect(forecast?.days).toBeCloseTo(5, 0);
    expect(forecast?.lowDays).toBeLessThan(5);
    expect(forecast?.highDays).toBeGreaterThan(5);
  });

  test('that does not get there in this period has no forecast at a steady pace', () => {
    expect(
      forecastLimit(
        counter(20, () => 10, 9_000),
        true,
      ),
    ).toBeNull();
  });

  test('that starts anew before it is full gets there in the next period', () => {
    const forecast = forecastLimit(
      counter(26, (h) => (h > 456 ? 20 : 5), 9_000),
      true,
    );
    expect(forecast?.days).toBeGreaterThan(4);
  });

  test('knows that the weekend is quiet', () => {
    // 480 on each workday; it is Saturday, 240 are left, and a pace without weekdays would need less than a day for them.
    const workdays = (h: number) => (Math.floor(h / 24) % 7 < 5 ? 20 : 0);
    const forecast = forecastLimit(counter(19, workdays, 7_440), true);
    expect(forecast?.days).toBeGreaterThan(1.5);
    expect(forecast?.days).toBeLessThan(3);
  });

  test('can be forecast from a single week', () => {
    expect(
      forecastLimit(
        counter(8, () => 10, 2_400),
        true,
      )?.days,
    ).toBeCloseTo(2, 0);
  });

  test('without a week of history, or without use, has none', () => {
    expect(
      forecastLimit(
        counter(4, () => 10, 2_000),
        true,
      ),
    ).toBeNull();
    expect(
      forecastLimit(
        counter(14, () => 0, 2_000),
        true,
      ),
    ).toBeNull();
  });
});

describe('lead_time', () => {
  const lead = utilization(0.5, { lead_time: 10 * 86_400_000 });
  const climb = (from: number, to: number, start: number) =>
    Array.from({ length: to - from }, (_, d) => reading((from + d) * 24, start + d * 2));

  test('trips when the limit is that near, whatever the level', () => {
    const observed = fold(climb(0, 30, 42), { triggers: { soon: lead } });
    expect(tripsOf(observed)).toHaveLength(1);
    expect(observed.trips[0]?.utilization).toBeGreaterThanOrEqual(0.5);
    expect(observed.trips[0]?.evidence.sentence).toMatch(/^storage_gb will reach its limit in about [\d.]+ days/);
  });

  test('needs the level as well', () => {
    const high = utilization(0.9, { lead_time: 10 * 86_400_000, rearm_below: 0.7 });
    const observed = fold(climb(0, 30, 42), { triggers: { soon: high } });
    expect(observed.trips[0]?.utilization).toBeGreaterThanOrEqual(0.9);
  });

  test('re-arms when use has fallen, and at a new period of a counter', () => {
    const down = Array.from({ length: 30 }, (_, d) => reading((24 + d) * 24, 40));
    const again = climb(54, 84, 42);
    expect(fold([...climb(0, 24, 50), ...down, ...again], { triggers: { soon: lead } }).trips).toHaveLength(2);
    const metered = {
      counter: true,
      triggers: { soon: lead },
      denominatorAt: (at: string) => denominator({ limit: 10_000, ...monthly(at) }),
    };
    expect(
      fold(
        counterReadings(60 * 24, 24, () => 20),
        metered,
      ).trips,
    ).toHaveLength(2);
  });

  test('never trips without a limit', () => {
    expect(
      fold(climb(0, 30, 42), { triggers: { soon: lead }, denominatorAt: () => denominator({ limit: null }) }).trips,
    ).toEqual([]);
  });

  test('can be asked to hold', () => {
    const held = { soon: utilization(0.5, { lead_time: 10 * 86_400_000, held_for: { kind: 'readings', count: 3 } }) };
    const [trip] = fold(climb(0, 30, 42), { triggers: held }).trips;
    expect(Date.parse(trip?.observedAt ?? '') - Date.parse(trip?.occurredAt ?? '')).toBe(
      Date.parse(hour(48)) - Date.parse(hour(0)),
    );
  });
});
