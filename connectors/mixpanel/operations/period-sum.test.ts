import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { cutDay, sumFirstDay, sumPeriod } from './period-sum.ts';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const label = (ms: number, zone: string, format: string) => DateTime.fromMillis(ms, { zone }).toFormat(format);

/** Buckets as Mixpanel would give them for events at full hours of UTC. */
function buckets(events: number[], zone: string, format: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const at of events) found[label(at, zone, format)] = (found[label(at, zone, format)] ?? 0) + 1;
  return found;
}

function sums(input: { start: number; end: number; now: number; zone: string; events: number[] }) {
  const period = { start: iso(input.start), end: iso(input.end) };
  const firstDay =
    cutDay(period, input.zone) === null
      ? null
      : sumFirstDay(period, buckets(input.events, input.zone, 'yyyy-MM-dd HH:00:00'), input.zone);
  return sumPeriod({
    period,
    days: buckets(input.events, input.zone, 'yyyy-MM-dd'),
    firstDay,
    now: iso(input.now),
    zone: input.zone,
  });
}

describe('a counter within its billing period', () => {
  test('equals the events since the period began, whatever the hour, zone and change of clocks', () => {
    // Around both changes of clocks of 2026 in zones on either side of the date line; whole-hour offsets, so that
    // full UTC hours are full local hours.
    const zones = fc.constantFrom(
      'UTC',
      'America/New_York',
      'Europe/Berlin',
      'Asia/Tokyo',
      'Pacific/Auckland',
      'America/Los_Angeles',
    );
    const base = fc.constantFrom(Date.parse('2026-03-01T00:00:00Z'), Date.parse('2026-10-20T00:00:00Z'));
    fc.assert(
      fc.property(
        zones,
        base,
        fc.nat(400),
        fc.nat(700),
        fc.array(fc.nat(1_200), { maxLength: 60 }),
        (zone, from, startHour, length, hours) => {
          const start = from + startHour * HOUR;
          const now = start + length * HOUR;
          // Clocks that go back give two hours one label; a period that starts in it cannot be cut exactly.
          fc.pre(
            label(start, zone, 'HH') !== label(start - HOUR, zone, 'HH') &&
              label(start, zone, 'HH') !== label(start + HOUR, zone, 'HH'),
          );
          const events = hours.map((hour) => from + hour * HOUR).filter((at) => at <= now);
          const [last, ...before] = sums({ start, end: start + 800 * HOUR, now, zone, events }).reverse();
          expect(last?.used).toBe(events.filter((at) => at >= start).length);
          expect(last).toMatchObject({ partial: true, observedAt: iso(now) });
          for (const closed of before) {
            const midnight = Date.parse(closed.observedAt);
            expect(label(midnight, zone, 'HH:mm')).toBe('00:00');
            expect(closed).toMatchObject({
              used: events.filter((at) => at >= start && at < midnight).length,
              partial: false,
            });
          }
        },
      ),
    );
  });

  test('needs no hours when the period begins at the project’s midnight', () => {
    expect(cutDay({ start: '2026-03-05T05:00:00Z', end: '2026-04-05T04:00:00Z' }, 'America/New_York')).toBeNull();
    expect(cutDay({ start: '2026-03-05T00:00:00Z', end: '2026-04-05T00:00:00Z' }, 'America/New_York')).toBe(
      '2026-03-04',
    );
  });

  test('counts from the nearest full hour when the period begins within one', () => {
    const hours = {
      '2026-03-05 09:00:00': 1,
      '2026-03-05T10:00:00': 10,
      '2026-03-05 11:00:00': 100,
      '2026-03-06 00:00:00': 1_000,
    };
    const period = (start: string) => ({ start, end: '2026-04-05T00:00:00Z' });
    expect(sumFirstDay(period('2026-03-05T10:20:00Z'), hours, 'UTC')).toBe(110);
    expect(sumFirstDay(period('2026-03-05T10:40:00Z'), hours, 'UTC')).toBe(100);
    expect(sumFirstDay(period('2026-03-05T23:45:00Z'), hours, 'UTC')).toBe(0);
  });

  test('is a lower bound, both now and at midnight, until the hours of the first day are read', () => {
    const period = { start: '2026-03-05T10:00:00Z', end: '2026-04-05T10:00:00Z' };
    const days = { '2026-03-05': 50, '2026-03-06': 5, '2026-03-07': 3 };
    expect(sumPeriod({ period, days, firstDay: null, now: '2026-03-07T12:00:00Z', zone: 'UTC' })).toEqual([
      { observedAt: '2026-03-07T00:00:00.000Z', used: 5, partial: true },
      { observedAt: '2026-03-07T12:00:00Z', used: 8, partial: true },
    ]);
  });

  test('takes nothing after the period’s end while the next period is not known', () => {
    const period = { start: '2026-03-01T00:00:00Z', end: '2026-03-03T06:00:00Z' };
    const days = { '2026-03-01': 1, '2026-03-02': 10, '2026-03-03': 100, '2026-03-04': 1_000 };
    expect(sumPeriod({ period, days, firstDay: null, now: '2026-03-04T12:00:00Z', zone: 'UTC' })).toEqual([
      { observedAt: '2026-03-03T05:59:59.000Z', used: 11, partial: true },
    ]);
  });
});
