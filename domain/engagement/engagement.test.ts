import { describe, expect, test } from 'vitest';
import { ENGAGING } from './counts.ts';
import { judgeClick } from './judge-click.ts';

const browser =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15';
const click = {
  at: '2026-03-11T15:00:10.000Z',
  deliveredAt: '2026-03-11T15:00:00.000Z',
  method: 'GET',
  userAgent: browser,
  purpose: null,
};

describe('a click', () => {
  test('counts ten seconds after delivery', () => {
    expect(judgeClick(click)).toEqual({ counts: true });
    expect(judgeClick({ ...click, method: 'POST' })).toEqual({ counts: true });
  });

  test.each([
    ['too_soon', { at: '2026-03-11T15:00:09.999Z' }],
    ['not_delivered', { deliveredAt: null }],
    ['method', { method: 'HEAD' }],
    ['prefetch', { purpose: 'prefetch;prerender' }],
    ['prefetch', { purpose: 'preview' }],
    ['scanner', { userAgent: null }],
    ['scanner', { userAgent: 'Mozilla/5.0 (compatible; Barracuda Sentinel)' }],
    ['scanner', { userAgent: 'Mozilla/5.0 (Windows NT 10.0) Mimecast-URL-Protection' }],
    ['scanner', { userAgent: 'python-requests/2.31' }],
    ['scanner', { userAgent: 'Mozilla/5.0 HeadlessChrome/120.0' }],
  ])('does not count: %s', (reason, more) => {
    expect(judgeClick({ ...click, ...more })).toEqual({ counts: false, reason });
  });

  test('from an ordinary link with a purpose that is none of these counts', () => {
    expect(judgeClick({ ...click, purpose: 'navigate' })).toEqual({ counts: true });
  });
});

test('only what a person did counts as engagement; being shown a prompt, or refusing it, does not', () => {
  expect(
    Object.entries(ENGAGING)
      .filter(([, counts]) => counts)
      .map(([kind]) => kind),
  ).toEqual(['clicked', 'replied', 'in_app_clicked', 'checkout_started']);
});
