import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { denominator, fold, hour, LADDER, meterOf, reading, utilization } from '../../test/support/usage-history.ts';
import type { Reading } from '../model.ts';

/** A gauge read every six hours; values around the levels are the likeliest. */
const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(74, 75, 79, 80, 94, 95, 99, 100)), {
  minLength: 1,
  maxLength: 20,
});
const toReadings = (used: number[]): Reading[] => used.map((value, i) => reading(i * 6, value, { id: `r${i}` }));
const heldTwice = { kind: 'readings', count: 2 } as const;

describe('whatever is read', () => {
  test('the same rows again change nothing', () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat(), { maxLength: 10 }), (used, picks) => {
        const readings = toReadings(used);
        const once = fold(readings);
        const again = picks.flatMap((pick) => readings[pick % readings.length] ?? []);
        const later = again.map((one) => ({ ...one, receivedAt: hour(1_000) }));
        expect(fold(later, { meter: once.meter })).toMatchObject({ meter: once.meter, trips: [], takenBack: [] });
      }),
    );
  });

  test('the order of arrival does not change what is known in the end', () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.nat()), (used, stream) => {
        const readings = toReadings(used).map((one) => ({ ...one, receivedAt: hour(1_000) }));
        const keys = readings.map(() => stream.next().value ?? 0);
        const shuffled = readings.map((one, i) => ({ one, key: keys[i] ?? 0 })).sort((a, b) => a.key - b.key);
        const inOrder = meterOf(fold(readings, { now: hour(1_000) }));
        const mixed = meterOf(
          fold(
            shuffled.map(({ one }) => one),
            { now: hour(1_000) },
          ),
        );
        expect(mixed.memory.recent).toEqual(inOrder.memory.recent);
        expect(mixed.memory.days).toEqual(inOrder.memory.days);
        expect(mixed).toMatchObject({
          used: inOrder.used,
          utilization: inOrder.utilization,
          observedAt: inOrder.observedAt,
        });
      }),
    );
  });

  test('folding in one go or one by one is the same', () => {
    fc.assert(
      fc.property(values, (used) => {
        const readings = toReadings(used);
        const trips: string[] = [];
        let meter = null as ReturnType<typeof fold>['meter'];
        for (const one of readings) {
          const step = fold([one], { meter });
          meter = step.meter;
          trips.push(...step.trips.map((trip) => trip.key));
        }
        const whole = fold(readings);
        expect(meter).toEqual(whole.meter);
        expect(trips).toEqual(whole.trips.map((trip) => trip.key));
      }),
    );
  });

  test('a level fires at most once until use has been below its re-arm level', () => {
    fc.assert(
      fc.property(values, (used) => {
        const readings = toReadings(used);
        for (const [name, rearmBelow] of [
          ['usage_80', 75],
          ['usage_95', 90],
          ['hard_limit', 95],
        ] as const) {
          const at = fold(readings)
            .trips.filter((trip) => trip.trigger === name)
            .map((trip) => trip.observedAt);
          at.slice(1).forEach((later, i) => {
            const between = readings.filter((one) => one.observedAt > (at[i] ?? '') && one.observedAt < later);
            expect(between.some((one) => one.used < rearmBelow)).toBe(true);
          });
        }
      }),
    );
  });

  test('each reading fires at most one event, of the highest level that it reaches', () => {
    fc.assert(
      fc.property(values, (used) => {
        const { trips } = fold(toReadings(used));
        expect(new Set(trips.map((trip) => trip.observedAt)).size).toBe(trips.length);
        for (const trip of trips) {
          const highest = trip.used >= 100 ? 'hard_limit' : trip.used >= 95 ? 'usage_95' : 'usage_80';
          // A higher rung that has already been told may stand above it, never the reverse.
          const told = trips.some((earlier) => earlier.trigger === highest && earlier.observedAt <= trip.observedAt);
          expect(told).toBe(true);
        }
      }),
    );
  });

  test('nothing fires without a limit, however high use is', () => {
    fc.assert(
      fc.property(values, (used) => {
        const denominatorAt = () => denominator({ limit: null });
        expect(fold(toReadings(used), { denominatorAt }).trips).toEqual([]);
      }),
    );
  });

  test('every event rests on as many readings at the level as held_for asks for', () => {
    fc.assert(
      fc.property(values, (used) => {
        const { trips } = fold(toReadings(used), { triggers: { usage_80: utilization(0.8, { held_for: heldTwice }) } });
        for (const trip of trips) {
          const run = toReadings(used).filter(
            (one) => one.observedAt >= trip.occurredAt && one.observedAt <= trip.observedAt,
          );
          expect(run.length).toBeGreaterThanOrEqual(2);
          expect(run.every((one) => one.used >= 79)).toBe(true);
          expect(run[0]?.used).toBeGreaterThanOrEqual(80);
        }
      }),
    );
  });

  test('what is above a level at first sight fires only after it has been below', () => {
    fc.assert(
      fc.property(values, (used) => {
        const readings = toReadings(used);
        const first = used[0] ?? 0;
        fc.pre(first >= 80);
        const fired = fold(readings, { firstSight: true }).trips.filter(
          (trip) => trip.disposition === 'fire' && trip.trigger === 'usage_80',
        );
        if (fired[0] === undefined) return;
        const before = readings.filter((one) => one.observedAt < (fired[0]?.observedAt ?? ''));
        expect(before.some((one) => one.used < 75)).toBe(true);
      }),
    );
  });

  test('a correction to a value below the level leaves no event standing on it', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 80, max: 130 }), (used, high) => {
        const readings = [...toReadings(used.map((value) => value % 70)), reading(used.length * 6, high)];
        const last = readings.at(-1);
        const tripped = fold(readings);
        expect(tripped.trips).toHaveLength(1);
        const corrected = fold([{ ...(last ?? reading(0, 0)), used: 10, receivedAt: hour(900) }], {
          meter: tripped.meter,
        });
        expect(corrected.takenBack.map((one) => one.key)).toEqual(tripped.trips.map((trip) => trip.key));
      }),
    );
  });

  test('a smaller limit alone fires nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 79 }), fc.integer({ min: 1, max: 99 }), (used, limit) => {
        const denominatorAt = (at: string) => denominator({ limit: at < hour(24) ? 100 : limit });
        const observed = fold(
          [0, 12, 24, 36, 48].map((h) => reading(h, used)),
          { denominatorAt, triggers: LADDER },
        );
        expect(observed.trips).toEqual([]);
      }),
    );
  });
});
