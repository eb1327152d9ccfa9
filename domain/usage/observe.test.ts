import { describe, expect, test } from 'vitest';
import {
  day,
  denominator,
  fold,
  hour,
  LADDER,
  limitReached,
  meterOf,
  reading,
  tripsOf,
  utilization,
} from '../../test/support/usage-history.ts';
import { observe } from './observe.ts';

const held = (hours: number) => ({ kind: 'duration', ms: hours * 3_600_000 }) as const;

describe('a level', () => {
  test('trips once when use climbs to it, and not again while use stays there', () => {
    const observed = fold([reading(0, 50), reading(24, 81), reading(48, 84), reading(72, 90)]);
    expect(tripsOf(observed)).toEqual(['usage_80@24']);
    expect(observed.trips[0]).toMatchObject({
      key: `acme/core/storage_gb/usage_80/${day(1)}`,
      used: 81,
      limit: 100,
      utilization: 0.81,
      disposition: 'fire',
      mode: 'live',
      evidence: { numbers: { level: 0.8, plan: 'starter', limitFrom: 'plan' } },
    });
    expect(observed.trips[0]?.evidence.sentence).toBe(
      'storage_gb stands at 81 of 100 (81 %); it has been at or above 80 % in the newest reading.',
    );
  });

  test('trips again after use fell below the re-arm level', () => {
    const observed = fold([reading(0, 50), reading(24, 82), reading(48, 74), reading(72, 83)]);
    expect(tripsOf(observed)).toEqual(['usage_80@24', 'usage_80@72']);
    expect(observed.takenBack).toMatchObject([{ trigger: 'usage_80', reason: 'fell_back', at: day(2) }]);
  });

  test('does not trip again after a dip that stays above the re-arm level', () => {
    const observed = fold([reading(0, 50), reading(24, 82), reading(48, 76), reading(72, 83)]);
    expect(tripsOf(observed)).toEqual(['usage_80@24']);
  });

  test('uses the re-arm level of the config where there is one', () => {
    const triggers = { usage_80: utilization(0.8, { rearm_below: 0.6 }), hard: limitReached({ rearm_below: 0.9 }) };
    const readings = [reading(0, 50), reading(1, 82), reading(2, 70), reading(3, 82), reading(4, 100), reading(5, 92)];
    expect(tripsOf(fold([...readings, reading(6, 100)], { triggers }))).toEqual(['usage_80@1', 'hard@4']);
  });

  test('never trips where the plan has no limit', () => {
    const observed = fold([reading(0, 1), reading(24, 1e9)], { denominatorAt: () => denominator({ limit: null }) });
    expect(observed.trips).toEqual([]);
    expect(meterOf(observed)).toMatchObject({ limit: null, utilization: null });
  });
});

describe('held_for', () => {
  const triggers = { usage_80: utilization(0.8, { held_for: held(18) }) };

  test('waits until the level has held that long', () => {
    const readings = [reading(0, 50), reading(24, 82), reading(30, 83), reading(36, 83)];
    expect(tripsOf(fold(readings, { triggers }))).toEqual([]);
    expect(tripsOf(fold([...readings, reading(42, 83)], { triggers }))).toEqual(['usage_80@24']);
  });

  test('lets a spike of some hours pass and says that it nearly tripped', () => {
    const observed = fold([reading(0, 50), reading(24, 97), reading(30, 97), reading(36, 51), reading(60, 52)], {
      triggers,
    });
    expect(observed.trips).toEqual([]);
    expect(observed.nearMisses).toMatchObject([{ trigger: 'usage_80', reason: 'hold_broken', at: hour(36) }]);
  });

  test('counts readings of different times, not repetitions of one', () => {
    const twice = { usage_80: utilization(0.8, { held_for: { kind: 'readings', count: 2 } }) };
    const once = [reading(0, 50), reading(24, 82), reading(24, 82, { receivedAt: hour(25) })];
    expect(tripsOf(fold(once, { triggers: twice }))).toEqual([]);
    expect(tripsOf(fold([...once, reading(30, 82)], { triggers: twice }))).toEqual(['usage_80@24']);
  });

  test('takes two readings at least, however long the silence before', () => {
    expect(tripsOf(fold([reading(0, 50), reading(240, 82)], { triggers }))).toEqual([]);
  });

  test('bears that a measured gauge wavers by a percent', () => {
    const readings = [reading(0, 50), reading(24, 81), reading(30, 79.4), reading(36, 81), reading(42, 80.5)];
    expect(tripsOf(fold(readings, { triggers }))).toEqual(['usage_80@24']);
  });

  test('asks the same of a fall: one low misreading does not arm the level again', () => {
    const climb = [reading(0, 50), reading(24, 82), reading(42, 82)];
    const observed = fold([...climb, reading(48, 1), reading(54, 83), reading(78, 83)], { triggers });
    expect(tripsOf(observed)).toEqual(['usage_80@24']);
  });
});

describe('the ladder', () => {
  test('tells a jump from 60 to 97 percent as one event of the higher rung', () => {
    const observed = fold([reading(0, 60), reading(24, 97), reading(48, 97)]);
    expect(tripsOf(observed)).toEqual(['usage_95@24']);
    expect(observed.trips[0]?.folded).toEqual(['usage_80']);
  });

  test('does not tell a lower rung after a higher one, even when its confirmation takes longer', () => {
    const triggers = { ...LADDER, usage_80: utilization(0.8, { held_for: held(48) }) };
    const observed = fold([reading(0, 60), reading(24, 97), reading(48, 97), reading(90, 97)], { triggers });
    expect(tripsOf(observed)).toEqual(['usage_95@24']);
  });

  test('tells each rung when use climbs slowly', () => {
    const observed = fold([reading(0, 60), reading(48, 82), reading(96, 96), reading(144, 100)]);
    expect(tripsOf(observed)).toEqual(['usage_80@48', 'usage_95@96', 'hard_limit@144']);
  });

  test('waits for the higher rung when both began within a day', () => {
    const triggers = {
      usage_80: utilization(0.8, { held_for: held(18) }),
      usage_95: utilization(0.95, { held_for: held(18) }),
    };
    const climb = [reading(0, 60), reading(24, 85), reading(36, 96), reading(42, 96), reading(48, 96)];
    expect(tripsOf(fold(climb, { triggers }))).toEqual([]);
    expect(tripsOf(fold([...climb, reading(54, 96)], { triggers }))).toEqual(['usage_95@36']);
    expect(tripsOf(fold([...climb, reading(54, 85)], { triggers }))).toEqual(['usage_80@24']);
  });

  test('passes over a lower rung that arms and fills again under a tripped higher one', () => {
    const triggers = { low: utilization(0.8, { rearm_below: 0.79 }), high: utilization(0.95, { rearm_below: 0.5 }) };
    const observed = fold([reading(0, 60), reading(24, 97), reading(48, 78), reading(72, 85)], { triggers });
    expect(tripsOf(observed)).toEqual(['high@24']);
    expect(observed.nearMisses).toMatchObject([{ trigger: 'low', reason: 'lower_rung' }]);
  });

  test('lets one of two triggers of the same level lead', () => {
    const triggers = { a: utilization(1), b: limitReached() };
    const observed = fold([reading(0, 60), reading(24, 100)], { triggers });
    expect(tripsOf(observed)).toEqual(['b@24']);
    expect(observed.trips[0]?.folded).toEqual(['a']);
  });
});

describe('first sight', () => {
  test('records what is already so as the highest rung and fires nothing', () => {
    const observed = fold([reading(0, 97), reading(24, 98)], { firstSight: true });
    expect(tripsOf(observed)).toEqual(['usage_95@0 at_start']);
    expect(observed.trips[0]?.folded).toEqual(['usage_80']);
    expect(observed.trips[0]?.evidence.sentence).toBe(
      'storage_gb was already at or above 95 % when we first looked: 97 of 100.',
    );
  });

  test('fires once the level has re-armed', () => {
    const observed = fold([reading(0, 85), reading(24, 60), reading(48, 85)], { firstSight: true });
    expect(tripsOf(observed)).toEqual(['usage_80@0 at_start', 'usage_80@48']);
    expect(observed.takenBack).toEqual([]);
  });

  test('lets a higher rung fire that was not reached at the start', () => {
    expect(tripsOf(fold([reading(0, 85), reading(24, 96)], { firstSight: true }))).toEqual([
      'usage_80@0 at_start',
      'usage_95@24',
    ]);
  });

  test('fires for an account that begins above a level while we are watching', () => {
    expect(tripsOf(fold([reading(0, 85)]))).toEqual(['usage_80@0']);
  });

  test('is repeated for a trigger that goes live later', () => {
    const before = fold([reading(0, 85)], { triggers: {} });
    const after = fold([reading(24, 85)], { meter: before.meter });
    expect(tripsOf(after)).toEqual(['usage_80@24 at_start']);
  });

  test('forgets the state of a trigger that is switched off', () => {
    const on = fold([reading(0, 60)]);
    const off = fold([reading(24, 60)], { meter: on.meter, triggers: {} });
    expect(tripsOf(fold([reading(48, 85)], { meter: off.meter }))).toEqual(['usage_80@48 at_start']);
  });

  test('does not fire for crossings in a long backlog', () => {
    const backlog = [reading(0, 50, { receivedAt: day(10) }), reading(24, 85, { receivedAt: day(10) })];
    expect(tripsOf(fold(backlog, { firstSight: true, maxAgeMs: 48 * 3_600_000 }))).toEqual(['usage_80@24 at_start']);
  });
});

describe('age', () => {
  test('is counted from when we learned of it', () => {
    const late = [reading(0, 50), reading(24, 85, { receivedAt: day(4) })];
    expect(tripsOf(fold(late, { maxAgeMs: 48 * 3_600_000, now: day(5) }))).toEqual(['usage_80@24']);
    expect(tripsOf(fold(late, { maxAgeMs: 48 * 3_600_000, now: day(7) }))).toEqual(['usage_80@24 expired']);
  });

  test('is the trigger’s own where it sets one', () => {
    const triggers = { usage_80: utilization(0.8, { max_age: 3_600_000 }) };
    expect(tripsOf(fold([reading(0, 50), reading(24, 85)], { triggers, now: hour(26) }))).toEqual([
      'usage_80@24 expired',
    ]);
  });
});

describe('caps', () => {
  const up = (at: number) => [reading(at, 50), reading(at + 12, 85)];

  test('count per billing period', () => {
    const triggers = { usage_80: utilization(0.8, { cap: { max: 1, per: 'period' } }) };
    const denominatorAt = (at: string) =>
      at < day(3) ? denominator({ periodEnd: day(3) }) : denominator({ periodStart: day(3), periodEnd: day(33) });
    const observed = fold([...up(0), ...up(24), ...up(96)], { triggers, denominatorAt });
    expect(tripsOf(observed)).toEqual(['usage_80@12', 'usage_80@108']);
    expect(observed.nearMisses).toMatchObject([{ reason: 'cap', at: hour(36) }]);
  });

  test('count within a length of time', () => {
    const triggers = { usage_80: utilization(0.8, { cap: { max: 1, per: 3 * 86_400_000 } }) };
    const observed = fold([...up(0), ...up(24), ...up(96)], { triggers });
    expect(tripsOf(observed)).toEqual(['usage_80@12', 'usage_80@108']);
  });

  test('leave out what was never fired', () => {
    const triggers = { usage_80: utilization(0.8, { cap: { max: 1, per: 'period' } }) };
    const observed = fold([reading(0, 85), reading(24, 50), reading(48, 85)], { triggers, firstSight: true });
    expect(tripsOf(observed)).toEqual(['usage_80@0 at_start', 'usage_80@48']);
  });
});

describe('readings', () => {
  test('that come again change nothing', () => {
    const once = fold([reading(0, 50, { id: 'r1' }), reading(24, 85, { id: 'r2' })]);
    const again = fold([reading(24, 85, { id: 'r2', receivedAt: day(20) }), reading(0, 50, { receivedAt: day(21) })], {
      meter: once.meter,
    });
    expect(again).toEqual({ meter: once.meter, trips: [], takenBack: [], nearMisses: [], rejected: [] });
  });

  test('of one time with another value are a correction; the old row delivered again does not undo it', () => {
    const readings = [
      reading(0, 50, { id: 'r1' }),
      reading(24, 85, { id: 'r2' }),
      reading(24, 55, { id: 'r3', receivedAt: hour(30) }),
      reading(24, 85, { id: 'r2', receivedAt: hour(90) }),
    ];
    const observed = fold(readings);
    expect(tripsOf(observed)).toEqual(['usage_80@24']);
    expect(observed.takenBack).toMatchObject([
      { trigger: 'usage_80', key: observed.trips[0]?.key, reason: 'corrected', used: 55 },
    ]);
    expect(meterOf(observed)).toMatchObject({
      used: 55,
      memory: { recent: [{ revision: 1 }, { revision: 2, used: 55 }] },
    });
  });

  test('that are corrected do not take back a trip that other readings bear', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: held(18) }) };
    const climb = [reading(0, 50), reading(24, 85), reading(30, 85), reading(48, 85), reading(54, 85)];
    const corrected = fold([...climb, reading(24, 55, { receivedAt: hour(55) })], { triggers });
    expect(corrected.takenBack).toEqual([]);
  });

  test('that are corrected upwards take nothing back', () => {
    const observed = fold([reading(0, 50), reading(24, 85), reading(24, 86, { receivedAt: hour(30) })]);
    expect(observed.takenBack).toEqual([]);
  });

  test('that are corrected after the level had re-armed still take the trip back', () => {
    const triggers = { usage_80: utilization(0.8) };
    const readings = [reading(0, 50), reading(24, 85), reading(30, 50), reading(24, 51, { receivedAt: hour(36) })];
    expect(fold(readings, { triggers }).takenBack.map((one) => one.reason)).toEqual(['fell_back', 'corrected']);
  });

  test('whose correction leaves a lower rung standing tell that rung', () => {
    const observed = fold([reading(0, 50), reading(24, 97), reading(24, 85, { receivedAt: hour(30) })]);
    expect(tripsOf(observed)).toEqual(['usage_95@24', 'usage_80@24']);
    expect(observed.takenBack).toMatchObject([{ trigger: 'usage_95' }]);
  });

  test('that come late complete a run but do not become the present', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: held(18) }) };
    const observed = fold([reading(0, 50), reading(48, 85), reading(24, 82, { receivedAt: hour(49) })], { triggers });
    expect(tripsOf(observed)).toEqual(['usage_80@24']);
    expect(meterOf(observed)).toMatchObject({ used: 85, observedAt: hour(48) });
  });

  test('from the future of their arrival are rejected: that clock is wrong', () => {
    const observed = fold([reading(0, 50), reading(96, 99, { receivedAt: hour(24) })]);
    expect(observed.rejected).toMatchObject([{ reason: 'clock_skew' }]);
    expect(observed.trips).toEqual([]);
  });

  test('that are no numbers, or of a time without a plan, are rejected', () => {
    const observed = fold([reading(0, Number.NaN), reading(1, -1), reading(2, 5)], { denominatorAt: () => null });
    expect(observed.rejected.map((one) => one.reason)).toEqual(['not_a_number', 'not_a_number', 'no_plan']);
    expect(observed.meter).toBeNull();
  });

  test('of an unfinished day may show a crossing but never a fall', () => {
    const triggers = { usage_80: utilization(0.8) };
    const up = fold([reading(0, 50), reading(24, 85, { partial: true })], { triggers });
    expect(tripsOf(up)).toEqual(['usage_80@24']);
    const down = fold([reading(48, 10, { partial: true }), reading(72, 86)], { meter: up.meter, triggers });
    expect(down.trips).toEqual([]);
    expect(down.takenBack).toEqual([]);
  });

  test('of an unfinished day do not break a run', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: held(18) }) };
    const readings = [reading(0, 50), reading(24, 85), reading(30, 3, { partial: true }), reading(42, 85)];
    expect(tripsOf(fold(readings, { triggers }))).toEqual(['usage_80@24']);
  });

  test('older than all that is remembered are passed over', () => {
    const many = Array.from({ length: 100 }, (_, i) => reading(i * 6, 50));
    const { meter } = fold(many);
    const late = fold([reading(3, 99, { receivedAt: hour(700) })], { meter });
    expect(late.meter).toBe(meter);
  });
});

describe('a change of limit', () => {
  const from =
    (limitBefore: number | null, limitAfter: number | null, plan = 'starter') =>
    (at: string) =>
      denominator(at < day(2) ? { limit: limitBefore } : { limit: limitAfter, plan });

  test('downwards does not trip: a downgrade is no growth', () => {
    const observed = fold([reading(0, 60), reading(24, 60), reading(48, 60), reading(72, 61)], {
      denominatorAt: from(100, 70),
    });
    expect(observed.trips).toEqual([]);
    expect(observed.nearMisses).toMatchObject([{ trigger: 'usage_80', reason: 'limit_fell' }]);
  });

  test('downwards from no limit at all does not trip either', () => {
    expect(fold([reading(0, 60), reading(48, 60)], { denominatorAt: from(null, 70) }).trips).toEqual([]);
  });

  test('downwards lets growth beyond it trip', () => {
    const observed = fold([reading(0, 60), reading(48, 60), reading(72, 68)], { denominatorAt: from(100, 70) });
    expect(tripsOf(observed)).toEqual(['usage_95@72']);
  });

  test('upwards arms the level at once', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: held(18) }) };
    const denominatorAt = from(100, 200, 'pro');
    const readings = [
      reading(0, 50),
      reading(12, 85),
      reading(30, 85),
      reading(48, 86),
      reading(54, 165),
      reading(78, 166),
    ];
    expect(tripsOf(fold(readings, { triggers, denominatorAt }))).toEqual(['usage_80@12', 'usage_80@54']);
  });

  test('upwards that leaves use above the level is no new event', () => {
    const observed = fold([reading(0, 50), reading(24, 99), reading(48, 99), reading(72, 99)], {
      denominatorAt: from(100, 110, 'pro'),
    });
    expect(tripsOf(observed)).toEqual(['usage_95@24']);
  });

  test('waits for a source that still tells the old limit after a change of plan', () => {
    const denominatorAt = (at: string) => denominator({ source: 'reading', plan: at < day(1) ? 'starter' : 'pro' });
    expect(tripsOf(fold([reading(0, 50), reading(24, 85), reading(30, 85)], { denominatorAt }))).toEqual([]);
    const later = [reading(0, 50), reading(24, 60), reading(48, 85)];
    expect(tripsOf(fold(later, { denominatorAt }))).toEqual(['usage_80@48']);
  });
});

describe('a trigger', () => {
  test('that is off does nothing, and one in shadow says that it is', () => {
    const triggers = {
      off: utilization(0.8, { mode: 'off' }),
      quiet: utilization(0.7, { mode: 'shadow', label: 'limit_70' }),
    };
    const { trips } = fold([reading(0, 50), reading(24, 85)], { triggers });
    expect(trips).toMatchObject([{ trigger: 'quiet', mode: 'shadow', label: 'limit_70' }]);
  });

  test('tells its rule as plain JSON', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: { kind: 'readings', count: 1 }, label: undefined }) };
    const [trip] = fold([reading(0, 50), reading(24, 85)], { triggers }).trips;
    expect(trip?.evidence.rule).toEqual({
      name: 'usage_80',
      when: 'utilization',
      at: 0.8,
      held_for: { kind: 'readings', count: 1 },
      play: 'p',
      mode: 'live',
    });
  });

  test('on the limit speaks of the limit', () => {
    const [trip] = fold([reading(0, 50), reading(24, 103), reading(30, 104)], {
      triggers: { hard: limitReached({ held_for: held(6) }) },
    }).trips;
    expect(trip?.evidence.sentence).toBe(
      'storage_gb stands at 104 of 100 (104 %); it has been at or above its limit in 2 readings over 6 h.',
    );
  });

  test('holds on to the beginning of a run that reaches back past the memory', () => {
    const triggers = { usage_80: utilization(0.8, { held_for: held(10 * 24) }) };
    const readings = [
      reading(0, 50),
      ...Array.from({ length: 1_000 }, (_, i) => reading(6 + i / 4, 85 + (i % 5) / 10)),
    ];
    expect(fold(readings, { triggers }).trips).toMatchObject([{ occurredAt: hour(6), observedAt: hour(246) }]);
  });
});

test('does not change the meter that it is given', () => {
  const before = fold([reading(0, 50), reading(24, 70)]);
  const frozen = structuredClone(before.meter);
  fold([reading(48, 97)], { meter: before.meter });
  expect(before.meter).toEqual(frozen);
});

test('keeps a memory of bounded size that survives JSON', () => {
  const readings = Array.from({ length: 4_000 }, (_, i) => reading(i / 4, 50 + (i % 7)));
  const meter = meterOf(fold(readings));
  expect(meter.memory.recent.length).toBeLessThanOrEqual(48);
  expect(meter.memory.days.length).toBeLessThanOrEqual(75);
  expect(JSON.parse(JSON.stringify(meter))).toEqual(meter);
  expect(JSON.stringify(meter).length).toBeLessThan(40_000);
});

test('gives nothing for no readings', () => {
  expect(observe({ ...base(), readings: [] }).meter).toBeNull();
});

function base() {
  return {
    meter: null,
    subject: { account: 'a', product: 'p', metric: 'm' },
    denominatorAt: () => denominator(),
    counter: false,
    triggers: {},
    firstSight: false,
    maxAgeMs: null,
    now: day(0),
  };
}
