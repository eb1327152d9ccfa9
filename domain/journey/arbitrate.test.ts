import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitrate } from './arbitrate.ts';
import type { CandidateEvent } from './types.ts';

const ORDER = ['success_talk', 'route_to_am', 'urgent', 'summary'];
const event = (
  id: string,
  play: string,
  utilization: number | null = 0.8,
  occurredAt = '2026-03-11T00:00:00.000Z',
): CandidateEvent => ({
  id,
  play,
  trigger: `t_${play}`,
  utilization,
  occurredAt,
});

describe('play order', () => {
  test('starts the highest play and folds the lower ones, each with its reason', () => {
    expect(arbitrate(null, [event('a', 'summary'), event('b', 'route_to_am'), event('c', 'urgent')], ORDER)).toEqual({
      lead: 'b',
      play: 'route_to_am',
      supersede: false,
      merge: [],
      fold: [
        { id: 'c', reason: 'the play route_to_am stands above urgent and covers it' },
        { id: 'a', reason: 'the play route_to_am stands above summary and covers it' },
      ],
    });
  });

  test('merges equal plays into one message, led by the fullest meter, then the earliest, then by id', () => {
    const seats = event('z', 'urgent', 0.96);
    expect(arbitrate(null, [event('a', 'urgent', 0.95), seats], ORDER)).toMatchObject({ lead: 'z', merge: ['a'] });
    const early = event('z', 'urgent', 0.95, '2026-03-10T00:00:00.000Z');
    expect(arbitrate(null, [event('a', 'urgent', 0.95), early], ORDER)).toMatchObject({ lead: 'z' });
    expect(arbitrate(null, [early, event('a', 'urgent', 0.95)], ORDER)).toMatchObject({ lead: 'z' });
    expect(arbitrate(null, [event('b', 'urgent', null), event('a', 'urgent', null)], ORDER)).toMatchObject({
      lead: 'a',
    });
    expect(arbitrate(null, [event('a', 'urgent', null), event('b', 'urgent', null)], ORDER)).toMatchObject({
      lead: 'a',
    });
  });

  test('supersedes a running lower play', () => {
    expect(arbitrate({ play: 'summary' }, [event('a', 'urgent')], ORDER)).toMatchObject({
      lead: 'a',
      supersede: true,
      play: 'urgent',
    });
  });

  test('merges into a running equal play and folds below a running higher one', () => {
    const events = [event('a', 'urgent'), event('b', 'summary')];
    expect(arbitrate({ play: 'urgent' }, events, ORDER)).toMatchObject({
      lead: null,
      supersede: false,
      merge: ['a'],
      fold: [{ id: 'b' }],
    });
  });

  test('puts a play that the order does not name last', () => {
    expect(arbitrate(null, [event('a', 'unknown'), event('b', 'summary')], ORDER)).toMatchObject({ lead: 'b' });
  });

  test('has nothing to say about no events', () => {
    expect(arbitrate(null, [], ORDER)).toEqual({ lead: null, play: '', supersede: false, merge: [], fold: [] });
  });

  test('gives every event exactly one fate, whatever the order in which they come', () => {
    const events = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), play: fc.constantFrom(...ORDER) }), {
      selector: (one) => one.id,
    });
    fc.assert(
      fc.property(events, fc.option(fc.constantFrom(...ORDER)), (list, play) => {
        const all = list.map((one) => event(one.id, one.play));
        const running = play === null ? null : { play };
        const found = arbitrate(running, all, ORDER);
        const fates = [
          ...(found.lead === null ? [] : [found.lead]),
          ...found.merge,
          ...found.fold.map((one) => one.id),
        ];
        expect(fates.sort()).toEqual(all.map((one) => one.id).sort());
        expect(arbitrate(running, all.toReversed(), ORDER)).toEqual(found);
      }),
    );
  });
});
