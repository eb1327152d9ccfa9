import { describe, expect, test } from 'vitest';
import {
  counterReadings,
  day,
  decline,
  denominator,
  fold,
  hour,
  limitReached,
  meterOf,
  monthly,
  reading,
  tripsOf,
} from '../../test/support/usage-history.ts';

const triggers = { cut_back: decline() };
/** Four readings a day of a gauge through these daily values. */
const gauge = (daily: number[]) =>
  daily.flatMap((value, d) => [0, 6, 12, 18].map((h, i) => reading(d * 24 + h, value + (i % 2) / 10)));

describe('a gauge', () => {
  test('that is cut after it reached its limit trips, against its peak', () => {
    const observed = fold(gauge([60, 80, 100, 104, 104, 70, 70, 70]), { triggers });
    expect(tripsOf(observed)).toEqual([`cut_back@${5 * 24}`]);
    expect(observed.trips[0]?.evidence.numbers).toMatchObject({ peak: 104, limitReachedAt: day(2) });
    expect(observed.trips[0]?.evidence.sentence).toBe(
      'storage_gb reached its limit and has since fallen to 67 % of its peak.',
    );
  });

  test('that is cut without having reached its limit does not', () => {
    expect(fold(gauge([60, 80, 97, 97, 97, 50, 50, 50]), { triggers }).trips).toEqual([]);
  });

  test('that only touched its limit for some hours does not', () => {
    const readings = [...gauge([60, 80]), reading(48, 105), ...gauge([60, 80, 60, 60, 60]).slice(12)];
    expect(fold(readings, { triggers }).trips).toEqual([]);
  });

  test('must stay low for a day, or as long as the trigger says', () => {
    const dip = [...gauge([60, 80, 100, 104, 104]), reading(120, 60), reading(126, 60), reading(138, 104)];
    expect(fold(dip, { triggers }).trips).toEqual([]);
    const three = { cut_back: decline({ held_for: { kind: 'duration', ms: 3 * 86_400_000 } }) };
    const observed = fold(gauge([60, 80, 100, 104, 104, 70, 70, 70, 70]), { triggers: three });
    expect(observed.trips[0]).toMatchObject({ occurredAt: day(5), observedAt: day(8) });
  });

  test('that falls long after the limit does not', () => {
    const within = { cut_back: decline({ within: 5 * 86_400_000 }) };
    expect(fold(gauge([60, 80, 100, 104, 104, 104, 104, 104, 104, 60, 60, 60]), { triggers: within }).trips).toEqual(
      [],
    );
  });

  test('fires once for one limit and again for the next', () => {
    const observed = fold(gauge([60, 80, 100, 104, 104, 60, 60, 60, 60, 101, 104, 104, 60, 60, 60]), { triggers });
    expect(observed.trips.map((trip) => trip.occurredAt)).toEqual([day(5), day(12)]);
  });

  test('is measured against nothing that was already so at the start', () => {
    expect(fold(gauge([104, 104, 104, 60, 60, 60]), { triggers, firstSight: true }).trips).toEqual([]);
  });

  test('is not measured across a change of plan', () => {
    const denominatorAt = (at: string) => (at < day(5) ? denominator() : denominator({ plan: 'pro', limit: 500 }));
    expect(fold(gauge([60, 80, 100, 104, 104, 104, 60, 60, 60]), { triggers, denominatorAt }).trips).toEqual([]);
  });

  test('takes the confirmation of the limit from the trigger on the limit', () => {
    const both = { cut_back: decline(), hard: limitReached({ held_for: { kind: 'duration', ms: 4 * 86_400_000 } }) };
    expect(tripsOf(fold(gauge([60, 80, 100, 104, 104, 60, 60, 60]), { triggers: both }))).toEqual([]);
  });

  test('forgets a limit that a correction denies', () => {
    const reached = fold(gauge([60, 80, 100, 104]), { triggers });
    expect(meterOf(reached).memory.limitHit).not.toBeNull();
    const corrections = gauge([60, 80, 100, 104])
      .slice(8)
      .map((one) => ({ ...one, used: 80, receivedAt: hour(96) }));
    const corrected = fold(corrections, { triggers, meter: reached.meter });
    expect(meterOf(corrected).memory.limitHit).toBeNull();
  });

  test('is not judged by an unfinished day', () => {
    const observed = fold(
      [...gauge([60, 80, 100, 104, 104]), ...[120, 132, 144, 156].map((h) => reading(h, 50, { partial: true }))],
      { triggers },
    );
    expect(observed.trips).toEqual([]);
  });
});

describe('a counter', () => {
  const metered = {
    counter: true,
    triggers: { cut_back: decline({ drop: 0.4 }) },
    denominatorAt: (at: string) => denominator({ limit: 10_000, ...monthly(at) }),
  };
  // 20 an hour reach 10,000 after 500 hours, that is on day 21.
  const use = (days: number, factor: (hour: number) => number) => counterReadings(days * 24, 6, (h) => 20 * factor(h));

  test('whose pace falls after the limit trips', () => {
    const observed = fold(
      use(40, (h) => (h >= 550 ? 0.25 : 1)),
      metered,
    );
    expect(observed.trips).toHaveLength(1);
    const days = (Date.parse(observed.trips[0]?.occurredAt ?? '') - Date.parse(hour(550))) / 86_400_000;
    expect(days).toBeGreaterThan(3.5);
    expect(days).toBeLessThan(6);
    expect(observed.trips[0]?.evidence.sentence).toMatch(/ of the week before the limit was reached\.$/);
  });

  test('that starts anew with its period has not been cut', () => {
    expect(
      fold(
        use(44, () => 1),
        metered,
      ).trips,
    ).toEqual([]);
  });

  test('that rests for a holiday of three days has not been cut', () => {
    expect(
      fold(
        use(44, (h) => (h >= 550 && h < 622 ? 0.1 : 1)),
        metered,
      ).trips,
    ).toEqual([]);
  });

  test('that falls before the limit is reached has not been cut after it', () => {
    expect(
      fold(
        use(40, (h) => (h >= 450 ? 0.25 : 1)),
        metered,
      ).trips,
    ).toEqual([]);
  });

  test('can be asked to stay low for longer', () => {
    const held = {
      ...metered,
      triggers: { cut_back: decline({ drop: 0.4, held_for: { kind: 'duration', ms: 2 * 86_400_000 } }) },
    };
    const observed = fold(
      use(40, (h) => (h >= 550 ? 0.25 : 1)),
      held,
    );
    const { occurredAt = '', observedAt = '' } = observed.trips[0] ?? {};
    expect(Date.parse(observedAt) - Date.parse(occurredAt)).toBe(2 * 86_400_000);
  });

  test('without the week before the limit cannot be judged', () => {
    const quick = fold(
      use(24, (h) => (h < 100 ? 5 : 0.1)),
      metered,
    );
    expect(quick.trips).toEqual([]);
  });
});
