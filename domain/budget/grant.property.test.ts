import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grantPermits, LEASE_MS } from './grant.ts';
import { type Ask, type Limit, NO_PERMITS, type Now, type PermitState, PRIORITIES, type Priority } from './types.ts';

const at = (wire: number, scale = 1): Now => ({ wire, business: wire * scale, scale });
const rate = (max: number, ms: number, bucket = 'rate'): Limit => ({
  bucket,
  max,
  cap: null,
  window: { kind: 'rolling', ms, clock: 'wire' },
});
const atOnce = (max: number): Limit => ({ bucket: 'at_once', max, cap: null, window: { kind: 'at_once' } });

function ask(holder: string, limits: Limit[], wants: [Priority, number][], more: Partial<Ask> = {}): Ask {
  const buckets = limits.map(({ bucket }) => bucket);
  return {
    holder,
    limits,
    ended: [],
    unused: [],
    told: [],
    wants: wants.map(([priority, n]) => ({ buckets, priority, n })),
    ...more,
  };
}

interface Sent {
  priority: Priority;
  leaves: number;
  arrives: number;
  ends: number;
}

/** Processes that always want more, ask when they feel like it, and whose calls take as long as they take. */
function simulate(input: {
  limits: Limit[];
  demand: Priority[][];
  untilMs: number;
  random: () => number;
  dies?: { process: number; at: number };
  everyMs: number;
  latencyMs: number;
  /** Of this process: the next call is wanted when the last one has ended. */
  oneByOne?: number;
}): Sent[] {
  const { limits, demand, untilMs, random } = input;
  let state: PermitState = NO_PERMITS;
  const sent: Sent[] = [];
  const open: Sent[][] = demand.map(() => []);
  const next = demand.map(() => random() * input.everyMs);
  for (;;) {
    const now = Math.min(...next);
    if (now > untilMs) return sent;
    const process = next.indexOf(now);
    if (input.dies?.process === process && now >= input.dies.at) {
      next[process] = Number.POSITIVE_INFINITY;
      continue;
    }
    const mine = open[process] ?? [];
    const ended = mine.filter(({ ends }) => ends <= now);
    open[process] = mine.filter(({ ends }) => ends > now);
    const buckets = limits.map(({ bucket }) => bucket);
    const isBusy = (open[process]?.length ?? 0) > 0;
    const wanted = process !== input.oneByOne ? 30 : isBusy ? 0 : 1;
    const step = grantPermits(
      state,
      ask(`p${process}`, limits, demand[process]?.map((priority) => [priority, wanted]) ?? [], {
        ended: ended.map(({ ends }) => ({ buckets, n: 1, wireMsAgo: now - ends })),
      }),
      at(now),
    );
    state = step.state;
    for (const { priority, inMs } of step.answer.grants) {
      const leaves = now + inMs + random() * 5;
      const arrives = leaves + random() * input.latencyMs;
      const call = { priority, leaves, arrives, ends: arrives + random() * input.latencyMs };
      sent.push(call);
      open[process]?.push(call);
    }
    next[process] = now + 1 + random() * input.everyMs;
  }
}

/** As a vendor counts: the most arrivals in any stretch of `ms`, its end included and its beginning not. */
function mostIn(calls: { arrives: number }[], ms: number): number {
  const times = calls.map(({ arrives }) => arrives).sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [index, time] of times.entries()) {
    while ((times[from] ?? time) <= time - ms) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** Chances from one seed (mulberry32): thousands of draws, and still one number to shrink. */
const seeded = fc.integer().map((seed) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
});
const someDemand = fc.array(fc.subarray([...PRIORITIES], { minLength: 1 }), { minLength: 1, maxLength: 5 });

describe('a rate', () => {
  test('holds in every rolling window of the vendor, whatever the network and the vendor take', () => {
    fc.assert(
      fc.property(
        seeded,
        someDemand,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 200, max: 3_000 }),
        fc.integer({ min: 1, max: 400 }),
        (random, demand, max, ms, latencyMs) => {
          const sent = simulate({
            limits: [rate(max, ms)],
            demand,
            untilMs: 6 * ms,
            random,
            everyMs: ms / 4,
            latencyMs,
          });
          expect(mostIn(sent, ms)).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 40 },
    );
  }, 30_000);

  test('holds while a process dies with permits and calls, whose slots come back after its lease', () => {
    fc.assert(
      fc.property(seeded, fc.integer({ min: 4, max: 30 }), (random, max) => {
        const demand: Priority[][] = [['message'], ['message']];
        const dies = { process: 0, at: 2_500 };
        const untilMs = LEASE_MS + 12_000;
        const sent = simulate({
          limits: [rate(max, 1_000)],
          demand,
          untilMs,
          random,
          dies,
          everyMs: 200,
          latencyMs: 20,
        });
        expect(mostIn(sent, 1_000)).toBeLessThanOrEqual(max);
        const after = sent.filter(({ arrives }) => arrives > LEASE_MS + 6_000 && arrives <= LEASE_MS + 10_000);
        // All slots but the one kept for clicks, less what asking only now and then costs.
        expect(after.length / 4).toBeGreaterThan((max - Math.floor(max * 0.05)) * 0.7);
      }),
      { numRuns: 15 },
    );
  }, 30_000);

  test('gives each priority at least a tenth when all four want more than there is', () => {
    fc.assert(
      fc.property(seeded, someDemand, fc.integer({ min: 1, max: 40 }), (random, demand, max) => {
        const everything = [...demand, [...PRIORITIES]];
        const everyMs = 1_000 / Math.min(max, 10);
        const begin = 1_000 + 2 * everyMs;
        const untilMs = begin + (150 / max) * 1_000;
        const sent = simulate({
          limits: [rate(max, 1_000)],
          demand: everything,
          untilMs,
          random,
          everyMs,
          latencyMs: 10,
        })
          // From when all of them have asked.
          .filter(({ leaves }) => leaves > begin);
        for (const priority of PRIORITIES) {
          const got = sent.filter((call) => call.priority === priority).length;
          expect({ priority, share: got / sent.length >= 0.1 }).toEqual({ priority, share: true });
        }
      }),
      { numRuns: 12 },
    );
  }, 30_000);

  test('has a tenth for a sweep that wants one page after the other, while others want everything', () => {
    fc.assert(
      fc.property(
        seeded,
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom<[number, number]>([20, 1_000], [40, 1_000], [100, 10_000], [190, 10_000]),
        (random, others, [max, ms]) => {
          const demand: Priority[][] = [['sweep'], ...Array.from({ length: others }, (): Priority[] => ['message'])];
          const untilMs = ms + 60_000;
          const timing = { untilMs, random, everyMs: 50, latencyMs: 20 };
          const sent = simulate({ limits: [rate(max, ms)], demand, oneByOne: 0, ...timing });
          // A hair less: whoever asks at a pace of its own does not find every slot at once.
          const steady = sent.filter(({ arrives }) => arrives > ms);
          expect(steady.filter(({ priority }) => priority === 'sweep').length / steady.length).toBeGreaterThan(0.095);
          expect(mostIn(sent, ms)).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 12 },
    );
  }, 30_000);

  test('keeps nothing for a sweep that is over', () => {
    const limits = [rate(100, 10_000)];
    let { state } = grantPermits(NO_PERMITS, ask('hub', limits, [['sweep', 1]]), at(0));
    state = grantPermits(state, ask('others', limits, [['message', 200]]), at(10)).state;
    const kept = grantPermits(state, ask('others', limits, [['message', 200]]), at(2_000));
    expect(kept.answer.grants).toEqual([]);
    const ended = [{ buckets: ['rate'], n: 1, wireMsAgo: 0 }];
    const over = grantPermits(kept.state, ask('hub', limits, [], { ended }), at(2_010));
    const { answer } = grantPermits(over.state, ask('others', limits, [['message', 200]]), at(5_100));
    // All but the slots kept for clicks: those of the sweep are anybody's again.
    expect(answer.grants.filter(({ inMs }) => inMs === 0)).toHaveLength(10);
  });

  test('keeps a slot for a click while everybody else wants everything', () => {
    fc.assert(
      fc.property(seeded, fc.integer({ min: 20, max: 190 }), (random, max) => {
        const limits = [rate(max, 10_000)];
        let state: PermitState = NO_PERMITS;
        for (let now = 0; now < 25_000; now += 50 + random() * 400)
          state = grantPermits(
            state,
            ask('others', limits, [
              ['sweep', 500],
              ['message', 5_000],
            ]),
            at(now),
          ).state;
        const { answer } = grantPermits(state, ask('hub', limits, [['click', 1]]), at(25_000));
        expect(answer.grants.map(({ priority, inMs }) => ({ priority, inMs }))).toEqual([
          { priority: 'click', inMs: 0 },
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('is used up to nine tenths and more by one kind of call alone', () => {
    fc.assert(
      fc.property(seeded, fc.integer({ min: 1, max: 5 }), (random, processes) => {
        const demand = Array.from({ length: processes }, (): Priority[] => ['message']);
        const sent = simulate({
          limits: [rate(190, 10_000)],
          demand,
          untilMs: 60_000,
          random,
          everyMs: 500,
          latencyMs: 30,
        });
        const steady = sent.filter(({ arrives }) => arrives > 10_000 && arrives <= 60_000);
        expect(steady.length).toBeGreaterThan(0.9 * 190 * 5);
      }),
      { numRuns: 15 },
    );
  }, 30_000);
});

describe('what is allowed at once', () => {
  test('is never overstepped, and is free as soon as a call ended', () => {
    fc.assert(
      fc.property(seeded, someDemand, fc.integer({ min: 1, max: 12 }), (random, demand, max) => {
        const sent = simulate({ limits: [atOnce(max)], demand, untilMs: 4_000, random, everyMs: 100, latencyMs: 200 });
        for (const { leaves } of sent) {
          const running = sent.filter((call) => call.leaves <= leaves && call.ends > leaves).length;
          expect(running).toBeLessThanOrEqual(max);
        }
        expect(sent.length).toBeGreaterThan(max);
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  test('comes back when the process that holds it is dead for longer than its lease', () => {
    const limits = [atOnce(2)];
    const held = grantPermits(NO_PERMITS, ask('dead', limits, [['sweep', 2]]), at(0));
    expect(held.answer.grants).toHaveLength(2);
    const early = grantPermits(held.state, ask('alive', limits, [['sweep', 2]]), at(LEASE_MS - 1));
    expect(early.answer.grants).toHaveLength(0);
    const late = grantPermits(early.state, ask('alive', limits, [['sweep', 2]]), at(LEASE_MS + 1));
    expect(late.answer.grants).toHaveLength(2);
  });
});

describe("a day's quota", () => {
  const day = (max: number, businessAt: number): Limit => ({
    bucket: 'day',
    max,
    cap: null,
    window: { kind: 'until', businessAt },
  });
  const DAY = 86_400_000;

  test('is spent once, kept in part for what is more urgent, and whole again when the vendor counts anew', () => {
    const one = grantPermits(NO_PERMITS, ask('hub', [day(100, DAY)], [['sweep', 200]]), at(0));
    expect(one.answer.grants).toHaveLength(70);
    expect(one.answer.waits).toEqual([expect.objectContaining({ priority: 'sweep', bucket: 'day' })]);
    const ended = [{ buckets: ['day'], n: 70, wireMsAgo: 0 }];
    const two = grantPermits(one.state, ask('hub', [day(100, DAY)], [['click', 200]], { ended }), at(10));
    expect(two.answer.grants).toHaveLength(30);
    const again = [{ buckets: ['day'], n: 30, wireMsAgo: 0 }];
    const three = grantPermits(two.state, ask('hub', [day(100, DAY)], [['click', 1]], { ended: again }), at(20));
    expect(three.answer).toMatchObject({ grants: [], waits: [{ bucket: 'day', ms: DAY - 20 }] });
    const next = grantPermits(three.state, ask('hub', [day(100, 2 * DAY)], [['sweep', 200]]), at(DAY + 1));
    expect(next.answer.grants).toHaveLength(70);
  });

  test('counts what others of the same account have used, until the day ends', () => {
    const told = [{ bucket: 'day', left: { n: 40, businessUntil: DAY } }];
    const heard = grantPermits(NO_PERMITS, ask('hub', [day(100, DAY)], [['click', 60]], { told }), at(0));
    expect(heard.answer.grants).toHaveLength(40);
    const stale = [{ bucket: 'day', left: { n: 0, businessUntil: DAY } }];
    const next = grantPermits(NO_PERMITS, ask('hub', [day(100, 2 * DAY)], [['click', 60]], { told: stale }), at(DAY));
    expect(next.answer.grants).toHaveLength(60);
  });
});

describe('an hour of business time', () => {
  test('never holds more calls than its quota, on a clock that runs 28,800 times as fast', () => {
    const limits: Limit[] = [
      { bucket: 'hour', max: 40, cap: null, window: { kind: 'rolling', ms: 3_600_000, clock: 'business' } },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20, maxLength: 60 }), (waits) => {
        let state: PermitState = NO_PERMITS;
        let wire = 1_000;
        const calls: { arrives: number }[] = [];
        let ended: Ask['ended'] = [];
        for (const wait of waits) {
          wire += wait;
          const step = grantPermits(state, ask('hub', limits, [['sweep', 7]], { ended }), at(wire, 28_800));
          state = step.state;
          ended = step.answer.grants.map(({ inMs }) => ({ buckets: ['hour'], n: 1, wireMsAgo: wait - inMs - 1 }));
          for (const { inMs } of step.answer.grants) calls.push({ arrives: (wire + inMs) * 28_800 });
          // The next step comes later than the calls of this one ended.
          wire += Math.max(0, ...step.answer.grants.map(({ inMs }) => inMs)) + 1;
          ended = ended.map((one) => ({ ...one, wireMsAgo: 0 }));
        }
        expect(mostIn(calls, 3_600_000)).toBeLessThanOrEqual(40);
      }),
      { numRuns: 40 },
    );
  });
});

test('a bucket that a vendor closed stays closed for its time, and others do not', () => {
  const limits = [rate(1, 1_000, 'channel:C1')];
  const told = [{ bucket: 'channel:C1', closedForMs: 30_000 }];
  const closed = grantPermits(NO_PERMITS, ask('hub', limits, [['alert', 1]], { told }), at(0));
  expect(closed.answer).toMatchObject({ grants: [], waits: [{ ms: 30_000 }] });
  const other = grantPermits(closed.state, ask('hub', [rate(1, 1_000, 'channel:C2')], [['alert', 1]]), at(1));
  expect(other.answer.grants).toHaveLength(1);
  const open = grantPermits(other.state, ask('hub', limits, [['alert', 1]]), at(30_000));
  expect(open.answer.grants).toHaveLength(1);
});

test('a limit that the vendor lowers or raises in its headers counts from then on', () => {
  const limits = [rate(190, 10_000)];
  const lower = grantPermits(
    NO_PERMITS,
    ask('hub', limits, [['click', 200]], { told: [{ bucket: 'rate', max: 100 }] }),
    at(0),
  );
  expect(lower.answer.grants).toHaveLength(100);
  const more = { told: [{ bucket: 'rate', max: 250 }] };
  expect(grantPermits(lower.state, ask('hub', limits, [['click', 200]], more), at(1)).answer.grants).toHaveLength(150);
});

test('unused permits are free for others at once, and what a dead process says later changes nothing', () => {
  const limits = [rate(10, 1_000)];
  const mine = grantPermits(NO_PERMITS, ask('a', limits, [['click', 10]]), at(0));
  const unused = [{ buckets: ['rate'], n: 4 }];
  const back = grantPermits(mine.state, ask('a', limits, [], { unused }), at(10));
  const theirs = grantPermits(back.state, ask('b', limits, [['click', 10]]), at(20));
  expect(theirs.answer.grants).toHaveLength(4);
  const late = grantPermits(
    theirs.state,
    ask('a', limits, [], { ended: [{ buckets: ['rate'], n: 6, wireMsAgo: 0 }] }),
    at(LEASE_MS * 2),
  );
  const fresh = grantPermits(late.state, ask('c', limits, [['click', 20]]), at(LEASE_MS * 2 + 2_000));
  expect(fresh.answer.grants).toHaveLength(10);
});
