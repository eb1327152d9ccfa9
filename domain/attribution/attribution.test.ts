import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Credit, Upgrade } from '../model.ts';
import { annualValue } from './annual-value.ts';
import { creditContraction } from './contraction.ts';
import { creditUpgrade } from './credit-upgrade.ts';
import type { CreditDecision, CreditInput } from './types.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-04-15T12:00:00Z');
const ago = (days: number) => new Date(NOW - days * DAY).toISOString();

const upgrade: Upgrade = {
  id: 'up_1',
  account: 'acme',
  product: 'core',
  subscriptionId: 'sub_1',
  version: 2,
  fromPlan: 'starter',
  toPlan: 'pro',
  fromMrrCents: 10_000,
  toMrrCents: 30_001,
  acvCents: annualValue(10_000, 30_001),
  at: ago(0),
};
const event = (id: string, product = 'core') => ({ id, trigger: `usage_${id}`, product, occurredAt: ago(50) });
const touch = (triggerEventId: string, delivered: number, engaged: number[] = []) => ({
  effectKey: `${triggerEventId}/${delivered}`,
  triggerEventId,
  product: 'core',
  deliveredAt: ago(delivered),
  engagedAt: engaged.map(ago),
});
const alertAt = (triggerEventId: string, days: number) => ({ triggerEventId, at: ago(days), accountManager: 'am_1' });
const call = (days: number, by: string | null = 'am_7', channel: 'call' | 'claimed' = 'call') => ({
  account: 'acme',
  by,
  channel,
  at: ago(days),
  externalId: `c${days}`,
});

const credit = (more: Partial<CreditInput>) =>
  creditUpgrade({
    upgrade,
    touches: [],
    alerts: [],
    outreach: [],
    trials: [],
    events: [event('80'), event('95'), event('api', 'api')],
    config: { model: 'last_engaged', window: 60 * DAY, contraction: 90 * DAY },
    ...more,
  });
const who = (decision: CreditDecision) =>
  decision.kind === 'credited' ? decision.credits.map((one) => one.triggerEventId) : [decision.row.reason];
const first = { model: 'first', window: 60 * DAY, contraction: 90 * DAY } as const;

describe('an upgrade', () => {
  test('is worth the change of the monthly price for a year', () => {
    expect(upgrade.acvCents).toBe(240_012);
  });

  test('is credited to the last touch that was engaged with, not to a later one that was not', () => {
    const decision = credit({ touches: [touch('80', 40, [39]), touch('95', 20)] });
    expect(decision).toEqual({
      kind: 'credited',
      credits: [
        {
          upgradeId: 'up_1',
          triggerEventId: '80',
          account: 'acme',
          product: 'core',
          trigger: 'usage_80',
          acvCents: 240_012,
          touches: 1,
          accountManager: null,
          reason: 'last contact before the upgrade: an engaged message on 2026-03-07, 39 days before it',
          at: upgrade.at,
        },
      ],
      rest: null,
    });
  });

  test('names how many messages there were: one that was clicked twice is one', () => {
    const touches = [touch('80', 40, [39, 38]), touch('80', 20), { ...touch('80', 70, [10]), effectKey: 'early' }];
    expect(credit({ touches })).toMatchObject({ credits: [{ triggerEventId: '80', touches: 3 }] });
  });

  test('is credited to the last touch when nobody engaged', () => {
    expect(who(credit({ touches: [touch('80', 40), touch('95', 20)] }))).toEqual(['95']);
  });

  test('is credited to the event whose alert the account manager followed up', () => {
    const decision = credit({
      touches: [touch('80', 40, [30])],
      alerts: [alertAt('80', 45), alertAt('95', 20)],
      outreach: [call(5)],
    });
    expect(decision).toMatchObject({ credits: [{ triggerEventId: '95', accountManager: 'am_7', touches: 0 }] });
    expect(decision.kind === 'credited' && decision.credits[0]?.reason).toContain(
      "the account manager's call on 2026-04-10",
    );
  });

  test('during a trial is credited to whoever started that, whatever was left unanswered since', () => {
    const trials = [{ triggerEventId: '95', at: ago(11), by: 'ana@vendor.example' }];
    const decision = credit({ trials, alerts: [alertAt('95', 12)], touches: [touch('80', 5)] });
    expect(decision).toMatchObject({ credits: [{ triggerEventId: '95', accountManager: 'ana@vendor.example' }] });
    expect(decision.kind === 'credited' && decision.credits[0]?.reason).toContain(
      'the trial that ana@vendor.example started on 2026-04-04',
    );
    const other = [{ triggerEventId: 'api', at: ago(11), by: 'ana@vendor.example' }];
    const long = [{ triggerEventId: '95', at: ago(61), by: 'ana@vendor.example' }];
    expect(credit({ trials: [...other, ...long] })).toMatchObject({ kind: 'unattributed' });
  });

  test('names whoever owns the account when the contact does not say who it was', () => {
    const claimed = credit({ alerts: [alertAt('95', 20)], outreach: [call(5, null, 'claimed')] });
    expect(claimed).toMatchObject({ credits: [{ accountManager: 'am_1' }] });
    const nobody = credit({ alerts: [{ ...alertAt('95', 20), accountManager: null }], outreach: [call(5, null)] });
    expect(nobody).toMatchObject({ credits: [{ accountManager: 'account manager' }] });
  });

  test('is credited by the model "first" to the first contact', () => {
    expect(who(credit({ touches: [touch('80', 40), touch('95', 20, [19])], config: first }))).toEqual(['80']);
  });

  test.each([
    ['nothing before it', {}],
    ['only a touch before the window', { touches: [touch('80', 61)] }],
    ['only a touch after it', { touches: [touch('80', -1)] }],
    ['only a touch about another product', { touches: [touch('api', 10)] }],
    ['only a call that no alert preceded', { outreach: [call(5)], alerts: [alertAt('80', 2)] }],
    [
      'only a call with another customer',
      { outreach: [{ ...call(5), account: 'globex' }], alerts: [alertAt('80', 9)] },
    ],
  ])('with %s came by itself', (_, more) => {
    expect(credit(more)).toEqual({
      kind: 'unattributed',
      row: {
        upgradeId: 'up_1',
        account: 'acme',
        product: 'core',
        acvCents: 240_012,
        reason: 'no touch and no contact of the account manager in the 60 days before it',
      },
    });
  });

  test('is never credited to an engagement after it', () => {
    expect(credit({ touches: [touch('80', 61, [-1])] }).kind).toBe('unattributed');
  });

  test('takes contacts of one moment in the order in which they are given', () => {
    expect(who(credit({ touches: [touch('80', 20), touch('95', 20)], config: first }))).toEqual(['80']);
  });

  test('is credited whole, whatever preceded it', () => {
    const touches = fc.array(
      fc.tuple(
        fc.constantFrom('80', '95', 'api'),
        fc.integer({ min: -5, max: 80 }),
        fc.array(fc.integer({ min: -5, max: 80 }), { maxLength: 3 }),
      ),
    );
    const calls = fc.array(fc.integer({ min: -5, max: 80 }));
    fc.assert(
      fc.property(touches, calls, fc.constantFrom('first' as const, 'last_engaged' as const), (list, days, model) => {
        const decision = credit({
          touches: list.map(([id, delivered, engaged]) => touch(id, delivered, engaged)),
          alerts: [alertAt('80', 70), alertAt('95', 30)],
          outreach: days.map((one) => call(one)),
          config: { ...first, model },
        });
        expect(total(decision)).toBe(upgrade.acvCents);
      }),
    );
  });
});

function total(decision: CreditDecision): number {
  if (decision.kind === 'unattributed') return decision.row.acvCents;
  return decision.credits.reduce((sum, one) => sum + one.acvCents, 0) + (decision.rest?.acvCents ?? 0);
}

describe('a contraction', () => {
  const config = { model: 'last_engaged', window: 60 * DAY, contraction: 90 * DAY } as const;
  const row = (upgradeId: string, acvCents: number, days: number): Credit => ({
    upgradeId,
    triggerEventId: `te_${upgradeId}`,
    account: 'acme',
    product: 'core',
    trigger: 'usage_80',
    acvCents,
    touches: 1,
    accountManager: null,
    reason: 'x',
    at: ago(days),
  });
  const contract = (acvCents: number, earlier: Credit[]) =>
    creditContraction({ contraction: { ...upgrade, id: 'up_9', acvCents }, earlier, config });
  const taken = (decision: CreditDecision) =>
    decision.kind === 'credited' ? decision.credits.map((one) => [one.upgradeId, one.acvCents]) : decision.row;

  test('takes back what the upgrade before it earned', () => {
    const decision = contract(-1_000, [row('up_1', 1_000, 30)]);
    expect(decision).toMatchObject({
      rest: null,
      credits: [{ triggerEventId: 'te_up_1', acvCents: -1_000, at: ago(0) }],
    });
    expect(decision.kind === 'credited' && decision.credits[0]?.reason).toMatch(
      /^taken back: the price fell on 2026-04-15/,
    );
  });

  test('takes from the newest upgrade first', () => {
    expect(taken(contract(-1_200, [row('up_1', 1_000, 60), row('up_2', 500, 10)]))).toEqual([
      ['up_2', -500],
      ['up_1', -700],
    ]);
  });

  test('never takes more than an upgrade still holds; the rest came by itself', () => {
    const decision = contract(-900, [row('up_1', 1_000, 60), row('up_1', -600, 20)]);
    expect(taken(decision)).toEqual([['up_1', -400]]);
    expect(decision).toMatchObject({ rest: { upgradeId: 'up_9', acvCents: -500 } });
  });

  test('takes nothing from an upgrade that lasted, or that came later', () => {
    expect(taken(contract(-900, [row('up_1', 1_000, 91), row('up_2', 1_000, -1)]))).toMatchObject({
      upgradeId: 'up_9',
      acvCents: -900,
    });
  });

  test('takes nothing from what was taken back already', () => {
    expect(contract(-900, [row('up_1', 1_000, 60), row('up_1', -1_000, 20)]).kind).toBe('unattributed');
  });

  test('always accounts for the whole of it, and leaves no upgrade below zero', () => {
    const earlier = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 120 })),
    );
    fc.assert(
      fc.property(earlier, fc.integer({ min: 1, max: 20_000 }), (list, amount) => {
        const rows = list.map(([id, cents, days]) => row(id, cents, days));
        const decision = contract(-amount, rows);
        expect(total(decision)).toBe(-amount);
        const all = [...rows, ...(decision.kind === 'credited' ? decision.credits : [])];
        for (const id of ['a', 'b', 'c']) {
          expect(
            all.filter((one) => one.upgradeId === id).reduce((sum, one) => sum + one.acvCents, 0),
          ).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
