import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSegment } from '../../kit/account-values.ts';
import { escapeHtml, textToHtml } from './task-body.ts';
import { toCents, toDay, toIso, toZone } from './values.ts';

describe('property values', () => {
  test.each([
    ['2026-03-30', '2026-03-30'],
    ['1774828800000', '2026-03-30'],
    ['2026-03-30T00:00:00Z', '2026-03-30'],
    ['soon', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('the day of %j is %j', (value, day) => {
    expect(toDay(value)).toBe(day);
  });

  test('a date-time is the same moment as text and as milliseconds', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date('1971-01-01'), max: new Date('2200-01-01') }),
        (date) => {
          expect(toIso(String(date.getTime()))).toBe(date.toISOString());
          expect(toIso(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });

  test.each([
    ['19164', 1_916_400],
    ['19164.50', 1_916_450],
    ['0', 0],
    ['n/a', null],
    ['', null],
    [null, null],
  ])('%j whole units are %j cents', (value, cents) => {
    expect(toCents(value)).toBe(cents);
  });

  test.each([
    ['America/Denver', 'America/Denver'],
    ['america_slash_denver', 'America/Denver'],
    ['us_slash_nowhere', null],
    ['', null],
    [null, null],
  ])('the zone %j is %j', (value, zone) => {
    expect(toZone(value)).toBe(zone);
  });

  test.each([
    ['smb', 'smb'],
    ['Mid-Market', 'mid_market'],
    ['mid market', 'mid_market'],
    ['ENTERPRISE', 'enterprise'],
    ['startup', null],
    [null, null],
  ])('the segment %j is %j', (value, segment) => {
    expect(toSegment(value)).toBe(segment);
  });
});

describe('the body of a task', () => {
  test('keeps lines and makes links, without the stop of their sentence', () => {
    expect(textToHtml('a < b\nTrial: https://hub.example/a/t?x=1&y=2.')).toBe(
      'a &lt; b<br>Trial: <a href="https://hub.example/a/t?x=1&amp;y=2">https://hub.example/a/t?x=1&amp;y=2</a>.',
    );
  });

  test('never lets text become markup', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          textToHtml(text)
            .replaceAll('<br>', '')
            .replace(/<a href="[^"<>]*">|<\/a>/g, ''),
        ).not.toMatch(/[<>]/);
      }),
    );
  });

  test('still contains the marker, as it is looked for', () => {
    fc.assert(
      fc.property(fc.base64String({ minLength: 4 }), (text) => {
        const marker = text.replaceAll('+', '-').replaceAll('/', '_');
        expect(textToHtml(`Please call.\n\nRef: ${marker}`)).toContain(escapeHtml(marker));
      }),
    );
  });
});
