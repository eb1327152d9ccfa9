import { describe, expect, test } from 'vitest';
import { hoursToRead, updateFirstDays } from './first-days.ts';

const zone = 'UTC';
const period = (start: string) => ({ start, end: '2026-12-31T00:00:00Z' });
const periods = new Map([
  ['old', period('2026-03-02T10:00:00Z')],
  ['new', period('2026-03-19T10:00:00Z')],
  ['at_midnight', period('2026-03-10T00:00:00Z')],
]);

describe('hours to read', () => {
  test('cover the cut first days that are not settled, and nothing when all are', () => {
    expect(hoursToRead({ periods, known: {}, zone, oldestFirst: false })).toEqual({
      from: '2026-03-02',
      to: '2026-03-19',
    });
    const known = { old: ['2026-03-02T10:00:00Z', 5, 1] as [string, number, 1] };
    expect(hoursToRead({ periods, known, zone, oldestFirst: false })).toEqual({ from: '2026-03-19', to: '2026-03-19' });
    const all = { ...known, new: ['2026-03-19T10:00:00Z', 7, 1] as [string, number, 1] };
    expect(hoursToRead({ periods, known: all, zone, oldestFirst: false })).toBeNull();
  });

  test('are asked for again when the billing day moved', () => {
    const known = { old: ['2026-02-02T10:00:00Z', 5, 1] as [string, number, 1] };
    expect(hoursToRead({ periods, known, zone, oldestFirst: false })?.from).toBe('2026-03-02');
  });

  test('turn between the newest and the oldest days when one answer cannot hold them all', () => {
    const many = new Map(
      Array.from({ length: 10_000 }, (_, n) => [
        `a${n}`,
        period(`2026-03-${String((n % 28) + 1).padStart(2, '0')}T10:00:00Z`),
      ]),
    );
    expect(hoursToRead({ periods: many, known: {}, zone, oldestFirst: false })).toEqual({
      from: '2026-03-26',
      to: '2026-03-28',
    });
    expect(hoursToRead({ periods: many, known: {}, zone, oldestFirst: true })).toEqual({
      from: '2026-03-01',
      to: '2026-03-03',
    });
  });
});

describe('first days', () => {
  test('settle once late data cannot change them, and fall out with their period', () => {
    const hours = { old: { '2026-03-02 09:00:00': 1, '2026-03-02 10:00:00': 2 }, new: { '2026-03-19 23:00:00': 4 } };
    const known = { gone: ['2026-02-01T10:00:00Z', 9, 1] as [string, number, 1] };
    const window = { from: '2026-03-02', to: '2026-03-19' };
    expect(updateFirstDays({ periods, known, window, hours, today: '2026-03-20', zone })).toEqual({
      old: ['2026-03-02T10:00:00Z', 2, 1],
      new: ['2026-03-19T10:00:00Z', 4, 0],
    });
  });

  test('outside the window stay as they were', () => {
    const known = { old: ['2026-03-02T10:00:00Z', 5, 1] as [string, number, 1] };
    const window = { from: '2026-03-19', to: '2026-03-19' };
    expect(updateFirstDays({ periods, known, window, hours: {}, today: '2026-03-20', zone }).old).toEqual(known.old);
  });
});
