import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMs } from '../clock.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { type RecordedChange, whyReinstated, whyUnpaid } from './unpaid.ts';

const UPGRADED = '2026-03-02T10:00:00.000Z';
const after = (ms: number) => addMs(UPGRADED, ms);
const invoice = (over: { issued?: number; due?: number } = {}) => ({
  id: 'in_1',
  issuedAt: after(over.issued ?? -60_000),
  dueAt: after(over.due ?? over.issued ?? -60_000),
});
const seenAfter = (ms: number) => ({ at: UPGRADED, unchangedAt: after(ms) });
const why = (over: Partial<Parameters<typeof whyUnpaid>[0]> = {}) =>
  whyUnpaid({
    upgrade: { at: UPGRADED, unchangedAt: null },
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
  [
    'heard of a week after billing made its invoice, as nobody had looked since',
    { upgrade: seenAfter(-8 * DAY_MS), invoices: [invoice({ issued: -7 * DAY_MS })] },
    expect.any(String),
  ],
  [
    'with the unpaid invoice of a change that was seen a day before',
    { upgrade: seenAfter(-20 * HOUR_MS), invoices: [invoice({ issued: -26 * HOUR_MS })] },
    null,
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

const change = (version: number, fromMrrCents: number, toMrrCents: number): RecordedChange => {
  return { version, fromMrrCents, toMrrCents };
};
const reinstated = (over: Partial<Parameters<typeof whyReinstated>[0]> = {}) =>
  whyReinstated({
    upgrade: { at: UPGRADED, unchangedAt: null, version: 2 },
    paid: [invoice()],
    overdue: [],
    history: [change(2, 10, 20)],
    presentMrrCents: 20,
    ...over,
  });

test.each<[string, Parameters<typeof reinstated>[0], boolean]>([
  ['whose invoice was paid', {}, true],
  ['with nothing paid', { paid: [] }, false],
  ['with the invoice of another change paid', { paid: [invoice({ issued: 5 * DAY_MS })] }, false],
  ['with one of its two invoices still unpaid', { overdue: [invoice()] }, false],
  ['with the invoice of a later change unpaid', { overdue: [invoice({ issued: 5 * DAY_MS })] }, true],
  ['that was undone since: nothing was written down, as nothing had been gained', { presentMrrCents: 10 }, false],
  ['whose subscription ended', { presentMrrCents: 0 }, false],
  [
    'that the next change was measured from',
    { history: [change(2, 10, 20), change(3, 20, 30)], presentMrrCents: 30 },
    true,
  ],
  ['that the next change left out', { history: [change(2, 10, 20), change(3, 10, 30)], presentMrrCents: 30 }, false],
  [
    'that a change left out together with the one after it',
    { history: [change(2, 10, 20), change(3, 20, 30), change(4, 10, 40)], presentMrrCents: 40 },
    false,
  ],
  [
    'before one that was left out itself',
    { history: [change(2, 10, 20), change(3, 20, 30), change(4, 20, 40)], presentMrrCents: 40 },
    true,
  ],
])('an upgrade %s that was taken back', (_, over, expected) => {
  expect(reinstated(over)).toEqual(expected ? 'its invoice in_1 was paid after all' : null);
});
