import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMs } from '../clock.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { whyUnpaid } from './unpaid.ts';

const UPGRADED = '2026-03-02T10:00:00.000Z';
const after = (ms: number) => addMs(UPGRADED, ms);
const invoice = (over: { issued?: number; due?: number } = {}) => ({
  id: 'in_1',
  issuedAt: after(over.issued ?? -60_000),
  dueAt: after(over.due ?? over.issued ?? -60_000),
});
const why = (over: Partial<Parameters<typeof whyUnpaid>[0]> = {}) =>
  whyUnpaid({
    upgradedAt: UPGRADED,
    invoices: [invoice()],
    subscriptionEnded: false,
    patience: 21 * DAY_MS,
    now: after(22 * DAY_MS),
    ...over,
  });

test.each<[string, Parameters<typeof why>[0], string | null]>([
  ['unpaid for longer than we wait', {}, 'its invoice in_1 is unpaid since 2026-03-02'],
  ['unpaid, but billing still tries', { now: after(20 * DAY_MS) }, null],
  ['with 30 days to pay, and not late enough', { invoices: [invoice({ due: 30 * DAY_MS })] }, null],
  [
    'with 30 days to pay, and late',
    { invoices: [invoice({ due: 30 * DAY_MS })], now: after(52 * DAY_MS) },
    'its invoice in_1 is unpaid since 2026-04-01',
  ],
  [
    'ended before it was paid',
    { subscriptionEnded: true, now: after(DAY_MS) },
    'the subscription ended with its invoice in_1 unpaid',
  ],
  ['paid', { invoices: [], subscriptionEnded: true }, null],
  ['with the unpaid invoice of a later change', { invoices: [invoice({ issued: 5 * DAY_MS })] }, null],
  ['with the unpaid invoice of an earlier change', { invoices: [invoice({ issued: -3 * DAY_MS })] }, null],
  [
    'heard of a day after billing made its invoice',
    { invoices: [invoice({ issued: -26 * HOUR_MS })] },
    expect.any(String),
  ],
])('an upgrade %s', (_, over, expected) => {
  expect(why(over)).toEqual(expected);
});

test('once it is to be taken back, waiting longer changes nothing', () => {
  const ms = fc.integer({ min: 0, max: 400 * DAY_MS });
  fc.assert(
    fc.property(ms, ms, ms, (due, first, more) => {
      const invoices = [invoice({ due })];
      const then = why({ invoices, now: after(first) });
      if (then !== null) expect(why({ invoices, now: after(first + more) })).toBe(then);
    }),
  );
});
