import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mrkdwn, truncate, usageBar, usageWords } from './text.ts';

describe('text for Slack', () => {
  test('a name cannot ping a channel or forge a link', () => {
    expect(mrkdwn('<!channel> & <https://evil.example|Acme>', 200)).toBe(
      '&lt;!channel&gt; &amp; &lt;https://evil.example|Acme&gt;',
    );
  });

  test('is never longer than allowed, never ends in half an escape or half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const written = mrkdwn(text, max);
        expect(written.length).toBeLessThanOrEqual(max);
        expect(written.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
        expect(written.isWellFormed()).toBe(true);
        expect(truncate(text, max).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('short text stays as it is', () => {
    expect(truncate('exactly', 7)).toBe('exactly');
    expect(truncate('exactly!', 7)).toBe('exactl…');
  });
});

describe('usage at a glance', () => {
  test.each([
    [0, '░░░░░░░░░░░░░░░░░░░░'],
    [0.001, '█░░░░░░░░░░░░░░░░░░░'],
    [0.8, '████████████████░░░░'],
    [0.951, '███████████████████░'],
    [0.999, '███████████████████░'],
    [1, '████████████████████'],
    [1.7, '████████████████████'],
  ])('%d is %s', (utilization, bar) => {
    expect(usageBar(utilization)).toBe(bar);
  });

  test('says how much of what, and rounds down so that 99.9 % is not called full', () => {
    expect(usageWords({ used: 9_512, limit: 10_000, utilization: 0.9512, unit: 'calls' })).toBe(
      '95 % · 9,512 of 10,000 calls',
    );
    expect(usageWords({ used: 999, limit: 1_000, utilization: 0.999, unit: '' })).toBe('99 % · 999 of 1,000');
    expect(usageWords({ used: 512.25, limit: null, utilization: null, unit: 'GB' })).toBe('512.3 GB, no limit');
  });
});
