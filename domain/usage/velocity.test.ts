import { describe, expect, test } from 'vitest';
import type { Trigger } from '../../config/schema/index.ts';
import {
  counterReadings,
  day,
  denominator,
  fold,
  hour,
  monthly,
  reading,
  tripsOf,
  velocity,
} from '../../test/support/usage-history.ts';

const WEEKDAYS = [1.18, 1.18, 1.18, 1.18, 1.18, 0.55, 0.55]; // the history begins on a Monday
const metered = (triggers: Record<string, Trigger>) => ({
  counter: true,
  triggers,
  denominatorAt: (at: string) => denominator({ limit: null, usagePriced: true, plan: 'payg', ...monthly(at) }),
});
/** Daily readings of a use that follows the weekdays, times a factor for the day. */
const use = (days: number, factor: (day: number) => number, perHour = 1_000) =>
  counterReadings(days * 24, 24, (h) => perHour * (WEEKDAYS[Math.floor(h / 24) % 7] ?? 1) * factor(Math.floor(h / 24)));

describe('velocity', () => {
  const accelerating = metered({ accelerating: velocity() });

  test('trips when a week stands well above the four weeks before', () => {
    const observed = fold(
      use(52, (d) => (d >= 42 ? 1.8 : 1)),
      accelerating,
    );
    expect(tripsOf(observed)).toEqual([`accelerating@${47 * 24}`]);
    expect(observed.trips[0]).toMatchObject({ kind: 'velocity', limit: null, evidence: { numbers: { growth: 0.4 } } });
    expect(observed.trips[0]?.evidence.sentence).toMatch(
      /^storage_gb: [\d,]+ in the last 7 days, \d+ % above the usual [\d,]+ a week\.$/,
    );
  });

  test('trips on whole days, though each is told with unfinished ones after it', () => {
    // Mixpanel: midnight in the project's zone closes a day, and every look tells the day that has just begun as well.
    const looks = counterReadings(
      52 * 24,
      6,
      (h) => 1_000 * (WEEKDAYS[Math.floor(h / 24) % 7] ?? 1) * (h >= 42 * 24 ? 1.8 : 1),
    );
    const told = looks.map((one) => ({ ...one, partial: !one.observedAt.includes('T06:00') }));
    expect(tripsOf(fold(told, accelerating))).toHaveLength(1);
  });

  test('does not mistake weekdays after a weekend for growth', () => {
    expect(
      fold(
        use(70, () => 1),
        accelerating,
      ).trips,
    ).toEqual([]);
  });

  test('needs five weeks of history', () => {
    expect(
      fold(
        use(34, (d) => (d >= 20 ? 3 : 1)),
        accelerating,
      ).trips,
    ).toEqual([]);
  });

  test('is no burst of three days, and says why it stayed silent', () => {
    const observed = fold(
      use(56, (d) => (d >= 42 && d < 45 ? 3.5 : 1)),
      accelerating,
    );
    expect(observed.trips).toEqual([]);
    expect(observed.nearMisses.map((miss) => miss.reason)).toEqual(['short_burst']);
  });

  test('is no peak that came a month ago as well', () => {
    const peaks = (d: number) => ((d >= 36 && d < 42) || (d >= 66 && d < 72) ? 2.2 : 1);
    const observed = fold(use(76, peaks), accelerating);
    expect(tripsOf(observed).map((trip) => Number(trip.split('@')[1]) / 24)).toEqual([41]);
    expect(observed.nearMisses.map((miss) => miss.reason)).toContain('monthly_peak');
  });

  test('means nothing on next to no use', () => {
    const observed = fold(
      use(56, (d) => (d >= 42 ? 3 : 1), 2),
      accelerating,
    );
    expect(observed.trips).toEqual([]);
    expect(observed.nearMisses.map((miss) => miss.reason)).toEqual(['low_volume']);
  });

  test('is not measured against nothing', () => {
    expect(
      fold(
        use(52, (d) => (d >= 42 ? 1 : 0)),
        accelerating,
      ).trips,
    ).toEqual([]);
  });

  test('fires once for one acceleration and again after it has calmed down', () => {
    const observed = fold(
      use(150, (d) => (d >= 130 ? 4.5 : d >= 42 ? 2 : 1)),
      accelerating,
    );
    expect(observed.trips).toHaveLength(2);
  });

  test('is not re-armed by a new billing period', () => {
    const observed = fold(
      use(64, (d) => (d >= 50 ? 2 : 1)),
      accelerating,
    );
    expect(observed.trips).toHaveLength(1);
  });

  test('survives a count in another unit for one reading', () => {
    const readings = use(56, () => 1).map((one, i) => (i === 45 ? { ...one, used: one.used * 1_000 } : one));
    expect(fold(readings, accelerating).trips).toEqual([]);
  });

  test('with for: 2w asks it of both weeks', () => {
    const twice = metered({ accelerating: velocity({ for: 14 * 86_400_000 }) });
    expect(
      fold(
        use(56, (d) => (d >= 48 ? 1.8 : 1)),
        twice,
      ).trips,
    ).toEqual([]);
    expect(
      fold(
        use(62, (d) => (d >= 44 ? 1.8 : 1)),
        twice,
      ).trips,
    ).toHaveLength(1);
  });

  test('waits for held_for', () => {
    const held = metered({ accelerating: velocity({ held_for: { kind: 'readings', count: 3 } }) });
    const observed = fold(
      use(52, (d) => (d >= 42 ? 1.8 : 1)),
      held,
    );
    expect(observed.trips[0]).toMatchObject({ occurredAt: day(47), observedAt: day(49) });
  });

  test('is left to the levels where the plan has a limit, unless the metric is named', () => {
    const limited = { ...accelerating, denominatorAt: (at: string) => denominator({ limit: 1e9, ...monthly(at) }) };
    const rise = use(52, (d) => (d >= 42 ? 1.8 : 1));
    expect(fold(rise, limited).trips).toEqual([]);
    expect(fold(rise, { ...limited, triggers: { a: velocity({ metrics: ['storage_gb'] }) } }).trips).toHaveLength(1);
  });

  test('records an acceleration that a new trigger finds', () => {
    const rise = use(52, (d) => (d >= 42 ? 1.8 : 1));
    const before = fold(rise.slice(0, 50), metered({}));
    expect(tripsOf(fold(rise.slice(50), { ...accelerating, meter: before.meter }))).toEqual([
      `accelerating@${50 * 24} at_start`,
    ]);
  });

  test('is taken back when a correction shows that there was none', () => {
    const rise = use(48, (d) => (d >= 42 ? 1.8 : 1));
    const tripped = fold(rise, accelerating);
    expect(tripped.trips).toHaveLength(1);
    const true_ = use(48, () => 1);
    const corrections = true_.slice(43).map((one) => ({ ...one, receivedAt: hour(48 * 24) }));
    const corrected = fold(corrections, { ...accelerating, meter: tripped.meter });
    expect(corrected.takenBack).toMatchObject([{ trigger: 'accelerating', reason: 'corrected' }]);
  });

  test('stands when a correction changes little', () => {
    const tripped = fold(
      use(48, (d) => (d >= 42 ? 1.8 : 1)),
      accelerating,
    );
    const last = use(48, (d) => (d >= 42 ? 1.8 : 1)).at(-1);
    const corrected = { ...(last ?? reading(0, 0)), used: (last?.used ?? 0) - 10, receivedAt: hour(48 * 24) };
    expect(fold([corrected], { ...accelerating, meter: tripped.meter }).takenBack).toEqual([]);
  });
});
