import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addLocalDays, formatLocal, formatLocalDate, localDay, startOfLocalDay } from './local.ts';
import { isSendingTime, isZone, nextSendingTime } from './quiet-hours.ts';

const night = { from: '18:00', to: '08:00', weekends: true };
const NEW_YORK = 'America/New_York';

describe('sending time', () => {
  test.each([
    ['Wednesday morning', '2026-03-11T13:00:00.000Z', true],
    ['08:00 sharp', '2026-03-11T12:00:00.000Z', true],
    ['a minute before', '2026-03-11T11:59:00.000Z', false],
    ['18:00 sharp', '2026-03-11T22:00:00.000Z', false],
    ['a minute before 18:00', '2026-03-11T21:59:00.000Z', true],
    ['Saturday noon', '2026-03-14T16:00:00.000Z', false],
  ])('in New York on %s', (_, at, allowed) => {
    expect(isSendingTime(at, night, NEW_YORK)).toBe(allowed);
  });

  test('may lie at night where quiet hours are by day', () => {
    const byDay = { from: '09:00', to: '17:00', weekends: false };
    expect(isSendingTime('2026-03-11T12:00:00.000Z', byDay, 'UTC')).toBe(false);
    expect(isSendingTime('2026-03-14T20:00:00.000Z', byDay, 'UTC')).toBe(true);
    expect(nextSendingTime('2026-03-11T12:00:00.000Z', byDay, 'UTC')).toBe('2026-03-11T17:00:00.000Z');
  });

  test('is always where from and to are the same', () => {
    expect(isSendingTime('2026-03-11T03:00:00.000Z', { from: '00:00', to: '00:00', weekends: false }, 'UTC')).toBe(
      true,
    );
  });
});

describe('the next sending time', () => {
  test.each([
    ['now when it is allowed', '2026-03-11T13:00:00.123Z', NEW_YORK, '2026-03-11T13:00:00.123Z'],
    ['the next morning', '2026-03-12T01:00:00.000Z', NEW_YORK, '2026-03-12T12:00:00.000Z'],
    ['Monday morning after a Friday evening', '2026-03-13T23:00:00.000Z', NEW_YORK, '2026-03-16T12:00:00.000Z'],
    ['an hour later in UTC before the clocks change', '2026-03-06T23:00:00.000Z', NEW_YORK, '2026-03-09T12:00:00.000Z'],
    ['an hour earlier before they change back', '2026-10-30T23:00:00.000Z', NEW_YORK, '2026-11-02T13:00:00.000Z'],
    ['in a zone of half hours', '2026-03-11T20:00:00.000Z', 'Asia/Kolkata', '2026-03-12T02:30:00.000Z'],
    ['on the day before by UTC', '2026-03-11T15:00:00.000Z', 'Australia/Sydney', '2026-03-11T21:00:00.000Z'],
  ])('is %s', (_, at, zone, next) => {
    expect(nextSendingTime(at, night, zone)).toBe(next);
  });

  test('passes over an hour that daylight saving skips', () => {
    // On 29 March 2026 the clocks in Berlin go from 02:00 to 03:00.
    const early = { from: '22:00', to: '02:30', weekends: false };
    expect(nextSendingTime('2026-03-29T00:30:00.000Z', early, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  });

  test('is Monday at midnight where only weekends are quiet', () => {
    const weekends = { from: '00:00', to: '00:00', weekends: true };
    expect(nextSendingTime('2026-03-14T16:00:00.000Z', weekends, 'UTC')).toBe('2026-03-16T00:00:00.000Z');
  });

  test('is allowed, not earlier, and the first such minute', () => {
    const zones = fc.constantFrom(
      NEW_YORK,
      'Europe/Berlin',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'UTC',
    );
    const minutes = fc.integer({ min: 0, max: 366 * 24 * 60 });
    const clock = fc
      .integer({ min: 0, max: 47 })
      .map((half) => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`);
    fc.assert(
      fc.property(minutes, zones, clock, clock, fc.boolean(), (minute, zone, from, to, weekends) => {
        const quiet = { from, to, weekends };
        const at = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
        const next = nextSendingTime(at, quiet, zone);
        expect(isSendingTime(next, quiet, zone)).toBe(true);
        expect(Date.parse(next)).toBeGreaterThanOrEqual(Date.parse(at));
        if (next !== at)
          expect(isSendingTime(new Date(Date.parse(next) - 60_000).toISOString(), quiet, zone)).toBe(false);
      }),
    );
  });

  test('refuses a zone that does not exist rather than guessing one', () => {
    expect(() => nextSendingTime('2026-03-11T13:00:00.000Z', night, 'Mars/Olympus')).toThrow(RangeError);
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(isZone('Europe/Paris')).toBe(true);
  });
});

describe('local dates', () => {
  test('are those of the zone', () => {
    expect(localDay('2026-03-11T03:00:00.000Z', NEW_YORK)).toBe('2026-03-10');
    expect(formatLocal('2026-03-11T13:05:00.000Z', NEW_YORK)).toBe('11 Mar 2026, 09:05');
    expect(formatLocalDate('2026-03-11T13:05:00.000Z', NEW_YORK)).toBe('11 March 2026');
    expect(startOfLocalDay('2026-03-11T13:05:00.000Z', NEW_YORK)).toBe('2026-03-11T04:00:00.000Z');
  });

  test('keep the time of day when days are added across a change of the clocks', () => {
    expect(addLocalDays('2026-03-07T14:00:00.000Z', 2, NEW_YORK)).toBe('2026-03-09T13:00:00.000Z');
  });
});
