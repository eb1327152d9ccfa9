import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TrialState } from '../model.ts';
import { decideTrial } from './decide-trial.ts';
import { isOpenTrial, nextTrialState, TRIAL_TRANSITIONS } from './transitions.ts';
import type { TrialFact, TrialRequest } from './types.ts';

const request: TrialRequest = {
  now: '2026-03-11T15:00:00.000Z',
  offer: { id: 'of_1', state: 'offered', expiresAt: '2026-03-20T00:00:00.000Z', fromPlan: 'starter', toPlan: 'pro' },
  accountName: 'Acme',
  requester: { email: 'ana@tidewater.example', role: 'am', ownsAccount: true },
  currentPlan: 'starter',
  nextPlan: 'pro',
  hadTrialAt: null,
  otherOpenTrial: null,
  overdueInvoices: [],
  monthlyPriceCents: 99_900,
  approvalAboveCents: 200_000,
  approvedBy: null,
  incident: false,
  paused: null,
};
const decide = (more: Partial<TrialRequest>) => decideTrial({ ...request, ...more });

describe('a trial', () => {
  test('is granted when nothing speaks against it', () => {
    expect(decide({})).toEqual({ kind: 'grant', plan: 'pro', sentence: 'The trial of pro for Acme starts now.' });
  });

  test.each<[string, Partial<TrialRequest>, string]>([
    [
      'not_allowed',
      { requester: { email: 'x@y.example', role: 'am', ownsAccount: false } },
      'Only the account manager of Acme or RevOps can start this trial.',
    ],
    [
      'offer_closed',
      { offer: { ...request.offer, state: 'reverted' } },
      'This offer was closed before: it is reverted.',
    ],
    ['offer_expired', { now: '2026-03-20T00:00:00.000Z' }, 'This offer expired on 2026-03-20.'],
    ['connection_paused', { paused: 'by ops' }, 'Trials are paused at the moment: by ops.'],
    ['incident', { incident: true }, 'An incident that affects Acme is running; try again when it is over.'],
    ['no_subscription', { currentPlan: null }, 'Acme has no active subscription of this product.'],
    ['top_tier', { nextPlan: null, currentPlan: 'enterprise' }, 'Acme is on enterprise, the highest plan.'],
    [
      'plan_changed',
      { currentPlan: 'pro', nextPlan: 'enterprise' },
      'Acme is on pro now; the offer was made for starter.',
    ],
    ['plan_changed', { nextPlan: 'team' }, 'Acme is on starter now; the offer was made for starter.'],
    ['another_open', { otherOpenTrial: 'of_0' }, 'Acme already has a trial running.'],
    [
      'had_trial',
      { hadTrialAt: '2025-11-02T00:00:00.000Z' },
      'Acme already had a trial of this product, on 2025-11-02.',
    ],
    ['invoice_overdue', { overdueInvoices: ['in_1'] }, 'Acme has an overdue invoice (in_1).'],
  ])('is refused as %s with a sentence', (reason, more, sentence) => {
    expect(decide(more)).toEqual({ kind: 'refuse', reason, sentence });
  });

  test.each(['revops', 'admin'] as const)('may be started by %s for any account, at any price', (role) => {
    const requester = { email: 'r@tidewater.example', role, ownsAccount: false };
    expect(decide({ requester, monthlyPriceCents: 500_000 }).kind).toBe('grant');
  });

  test('above the approval price needs a yes, and so does one without a known price', () => {
    expect(decide({ monthlyPriceCents: 299_900 })).toEqual({
      kind: 'needs_approval',
      sentence: '2,999.00 a month: a trial above 2,000.00 a month needs a yes from RevOps.',
    });
    expect(decide({ monthlyPriceCents: null }).kind).toBe('needs_approval');
    expect(
      decide({ monthlyPriceCents: 299_900, requester: { email: 'o@t.example', role: 'other', ownsAccount: true } })
        .kind,
    ).toBe('needs_approval');
    expect(decide({ monthlyPriceCents: 299_900, approvedBy: 'rev@t.example' }).kind).toBe('grant');
    expect(decide({ monthlyPriceCents: 299_900, approvalAboveCents: null }).kind).toBe('grant');
    expect(decide({ monthlyPriceCents: 200_000 }).kind).toBe('grant');
  });

  test('that was granted by an earlier click is no refusal', () => {
    expect(decide({ offer: { ...request.offer, state: 'active' } })).toEqual({
      kind: 'already',
      state: 'active',
      sentence: 'The trial of pro for Acme is running already.',
    });
    expect(decide({ offer: { ...request.offer, state: 'granting' } })).toMatchObject({
      sentence: 'The trial of pro for Acme is being set up already.',
    });
  });
});

describe('the states of a trial', () => {
  test.each<[TrialState, TrialFact, TrialState | null]>([
    ['offered', 'granted', 'granting'],
    ['offered', 'expired', 'expired'],
    ['granting', 'activated', 'active'],
    ['granting', 'failed', 'refused'],
    ['active', 'converted', 'converted'],
    ['active', 'reverted', 'reverted'],
    ['active', 'granted', null],
    ['expired', 'granted', null],
    ['reverted', 'converted', null],
  ])('%s and %s give %s', (state, fact, next) => {
    expect(nextTrialState(state, fact)).toBe(next);
  });

  test('never leave an end, whatever comes', () => {
    const states = fc.constantFrom(...(Object.keys(TRIAL_TRANSITIONS) as TrialState[])); // its keys are the states
    const facts = fc.constantFrom<TrialFact>(
      'granted',
      'activated',
      'converted',
      'reverted',
      'refused',
      'expired',
      'failed',
    );
    fc.assert(
      fc.property(states, fc.array(facts), (from, list) => {
        let state = from;
        for (const fact of list) {
          const next = nextTrialState(state, fact);
          if (next === null) continue;
          expect(['offered', 'granting', 'active']).toContain(state);
          state = next;
        }
      }),
    );
  });

  test('are open only while a trial is being granted or runs', () => {
    expect(
      (['offered', 'granting', 'active', 'converted', 'reverted', 'refused', 'expired'] as const).filter(isOpenTrial),
    ).toEqual(['granting', 'active']);
  });
});
