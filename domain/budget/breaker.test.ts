import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admit,
  type Breaker,
  CALM_MS,
  type CallEnd,
  ENOUGH,
  FIRST_WAIT_MS,
  hearEnd,
  LONGEST_WAIT_MS,
  NEW_BREAKER,
  type Open,
  type Pass,
} from './breaker.ts';

const MIDDLE = 0.5;
const pass = (breaker: Breaker, probe = false): Pass => ({ era: breaker.era, probe });
const after = (breaker: Breaker, ends: CallEnd[], now: number) =>
  ends.reduce((state, end) => hearEnd(state, pass(state), end, now, MIDDLE), breaker);
const failures = (n: number): CallEnd[] => Array.from({ length: n }, () => 'failed');
const openAt = (now: number) => after(NEW_BREAKER, failures(ENOUGH), now) as Open;

/** A probe that leaves as soon as it may. */
function probe(breaker: Breaker, end: CallEnd): { breaker: Breaker; now: number } {
  if (breaker.state === 'closed') throw new Error('nothing is held back');
  const now = breaker.probeAt;
  const admitted = admit(breaker, now);
  if (!admitted.pass) throw new Error('no probe');
  return { breaker: hearEnd(admitted.breaker, admitted.pass, end, now, MIDDLE), now };
}

describe('calls are held back', () => {
  test.each<[string, CallEnd[], Breaker['state']]>([
    ['after enough failures in a row', failures(ENOUGH), 'open'],
    ['not after fewer', failures(ENOUGH - 1), 'closed'],
    ['not where an answer came in between', [...failures(ENOUGH - 1), 'answered', ...failures(ENOUGH - 1)], 'closed'],
    ['whatever was not even made in between', [...failures(ENOUGH - 1), 'not_made', 'failed'], 'open'],
  ])('%s', (_, ends, state) => {
    expect(after(NEW_BREAKER, ends, 1_000).state).toBe(state);
  });

  test('all but one probe at a time, and that not before its time', () => {
    const open = openAt(1_000);
    expect(admit(open, open.probeAt - 1).pass).toBeNull();
    const first = admit(open, open.probeAt);
    expect(first.pass).toEqual({ era: open.era, probe: true });
    expect(admit(first.breaker, open.probeAt + 60_000).pass).toBeNull();
  });

  test('with probes further and further apart, up to a bound', () => {
    let [breaker, now]: [Breaker, number] = [openAt(0), 0];
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      waits.push((breaker as Open).probeAt - now);
      ({ breaker, now } = probe(breaker, 'failed'));
    }
    expect(waits).toEqual([FIRST_WAIT_MS, 1_000, 2_000, 4_000, LONGEST_WAIT_MS, LONGEST_WAIT_MS]);
  });

  test('until a probe is answered; one that was not made leaves the next its turn, soon', () => {
    const idle = probe(openAt(0), 'not_made');
    expect(idle.breaker).toMatchObject({ state: 'open', probing: false, waitMs: FIRST_WAIT_MS });
    expect(probe(idle.breaker, 'answered').breaker).toMatchObject({ state: 'closed', failures: 0 });
  });

  test('until any call is answered, however long ago it left', () => {
    const open = openAt(0);
    expect(hearEnd(open, { era: 0, probe: false }, 'answered', 9, MIDDLE).state).toBe('closed');
  });
});

test('calls that left before it was known, and fail after it is over, say nothing of now', () => {
  const back = probe(openAt(0), 'answered').breaker;
  const late: Pass = { era: 0, probe: false };
  expect(failures(2 * ENOUGH).reduce((state, end) => hearEnd(state, late, end, 9_000, MIDDLE), back)).toBe(back);
});

test('a vendor that goes again at once is waited for longer, one that was well for a while is not', () => {
  const { breaker: back, now } = probe(probe(openAt(0), 'failed').breaker, 'answered');
  expect(after(back, failures(ENOUGH), now + CALM_MS - 1)).toMatchObject({ waitMs: 2_000 });
  expect(after(back, failures(ENOUGH), now + CALM_MS)).toMatchObject({ waitMs: FIRST_WAIT_MS });
});

test('whatever happens: one probe at a time, none before its time, and it ends with an answer', () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 3_000 }),
    begin: fc.boolean(),
    /** Which of the calls under way ends, and how. */
    which: fc.nat(),
    end: fc.constantFrom<CallEnd>('answered', 'failed', 'failed', 'failed', 'not_made'),
    spread: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let [breaker, now]: [Breaker, number] = [NEW_BREAKER, 0];
      const underWay: Pass[] = [];
      for (const { ms, begin, which, end, spread } of steps) {
        now += ms;
        if (begin) {
          const before = breaker;
          const admitted = admit(before, now);
          breaker = admitted.breaker;
          if (admitted.pass) underWay.push(admitted.pass);
          if (before.state === 'open' && admitted.pass) expect(now).toBeGreaterThanOrEqual(before.probeAt);
        } else if (underWay.length > 0) {
          const [ended] = underWay.splice(which % underWay.length, 1);
          if (ended) breaker = hearEnd(breaker, ended, end, now, spread);
          if (end === 'answered') expect(breaker.state).toBe('closed');
        }
        const probes = underWay.filter(({ era, probe: one }) => one && era === breaker.era);
        expect(probes.length).toBeLessThanOrEqual(1);
        if (breaker.state === 'open') {
          expect(breaker.probing).toBe(probes.length === 1);
          expect(breaker.probeAt - now).toBeLessThanOrEqual(LONGEST_WAIT_MS * 1.2);
        }
      }
    }),
  );
});
