import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Guardrails, guardrails } from '../../config/schema/index.ts';
import type { Category } from '../model.ts';
import { decideInternal, decideServiceMail, decideTouch } from './decide-touch.ts';
import { cooldownUntil, GUARDRAIL_NAMES, type GUARDRAILS, isOptedOut } from './guardrails.ts';
import type { TouchDecision, TouchFacts } from './types.ts';

const DAY = 86_400_000;
/** A Wednesday, 11:00 in New York. */
const NOW = '2026-03-11T15:00:00.000Z';
const ago = (days: number) => new Date(Date.parse(NOW) - days * DAY).toISOString();

const rules: Guardrails = {
  touches_per_trigger_event: 2,
  touches_per_account: { max: 2, per: 30 * DAY },
  touches_per_person: { max: 2, per: 30 * DAY },
  unengaged_prompts: { count: 2, within: 7 * DAY, cooldown: 90 * DAY },
  account_manager_outreach: { holds: 14 * DAY },
  quiet_hours: { from: '18:00', to: '08:00', weekends: true, zone: 'account' },
  never_while: ['open_severe_ticket', 'incident', 'unpaid_overdue', 'trial_active'],
  alert_instead: [],
  after_decline: 60 * DAY,
  after_upgrade: 30 * DAY,
  first_sight: { release_per_day: 20, max_age: 2 * DAY },
  brake: guardrails.parse({}).brake,
  hold_at_most: 14 * DAY,
};

const person = { key: 'ana@acme.example', optedOut: [], hardBounced: false };
const triggerEvent = { id: 'te_1', receivedAt: ago(1), takenBack: 'no' as const, kind: 'utilization' };
const account = { id: 'acme', timezone: 'America/New_York', test: false, linked: true };

function facts(more: Partial<TouchFacts> = {}): TouchFacts {
  return {
    now: NOW,
    channel: 'email',
    category: 'marketing',
    account,
    person,
    triggerEvent,
    touchesOfEvent: 0,
    touchesOfAccount: [],
    touchesOfPerson: [],
    prompts: [],
    lastOutreachAt: null,
    openSevereTickets: [],
    openIncidents: [],
    overdueInvoices: [],
    trialActive: false,
    lastUpgradeAt: null,
    lastDeclineAt: null,
    unreadable: null,
    paused: null,
    mode: 'live',
    ...more,
  };
}

const ignored = (days: number) => ({ deliveredAt: ago(days), engagedAt: null });
const answered = (days: number) => ({ deliveredAt: ago(days), engagedAt: ago(days - 1) });

/** Per guardrail one set of facts that it alone objects to, and what it then says. */
const CASES: { [Name in keyof typeof GUARDRAILS]: { when: Partial<TouchFacts>; says: Partial<TouchDecision> } } = {
  mode: { when: { mode: 'off' }, says: { kind: 'suppress', reason: 'off' } },
  test_account: { when: { account: { ...account, test: true } }, says: { kind: 'suppress', reason: 'test_account' } },
  linked_account: {
    when: { account: { ...account, linked: false } },
    says: { kind: 'suppress', reason: 'unlinked_account' },
  },
  person: { when: { person: null }, says: { kind: 'suppress', reason: 'no_person' } },
  bounced: { when: { person: { ...person, hardBounced: true } }, says: { kind: 'suppress', reason: 'hard_bounced' } },
  consent: {
    when: { person: { ...person, optedOut: ['marketing'] } },
    says: { kind: 'suppress', reason: 'opted_out' },
  },
  taken_back: {
    when: { triggerEvent: { ...triggerEvent, takenBack: 'withdrawn' } },
    says: { kind: 'suppress', reason: 'withdrawn' },
  },
  held_too_long: {
    when: { triggerEvent: { ...triggerEvent, receivedAt: ago(15) } },
    says: { kind: 'suppress', reason: 'held_too_long' },
  },
  event_cap: { when: { touchesOfEvent: 2 }, says: { kind: 'suppress', reason: 'event_cap' } },
  account_cap: { when: { touchesOfAccount: [ago(20), ago(2)] }, says: { kind: 'suppress', reason: 'account_cap' } },
  person_cap: { when: { touchesOfPerson: [ago(20), ago(2)] }, says: { kind: 'suppress', reason: 'person_cap' } },
  cooldown: { when: { prompts: [ignored(50), ignored(40)] }, says: { kind: 'suppress', reason: 'cooldown' } },
  after_upgrade: { when: { lastUpgradeAt: ago(29) }, says: { kind: 'suppress', reason: 'after_upgrade' } },
  after_decline: { when: { lastDeclineAt: ago(59) }, says: { kind: 'suppress', reason: 'after_decline' } },
  paused: { when: { paused: 'paused by ops' }, says: { kind: 'wait', reason: 'paused', until: null } },
  unreadable: {
    when: { unreadable: 'hubspot: 503' },
    says: { kind: 'wait', reason: 'source_unreadable', until: null },
  },
  open_severe_ticket: {
    when: { openSevereTickets: ['t1'] },
    says: { kind: 'wait', reason: 'open_severe_ticket', until: null },
  },
  incident: { when: { openIncidents: ['i1'] }, says: { kind: 'wait', reason: 'incident', until: null } },
  unpaid_overdue: {
    when: { overdueInvoices: ['in_1'] },
    says: { kind: 'wait', reason: 'unpaid_overdue', until: null },
  },
  trial_active: { when: { trialActive: true }, says: { kind: 'wait', reason: 'trial_active', until: null } },
  am_outreach: { when: { lastOutreachAt: ago(3) }, says: { kind: 'wait', reason: 'am_outreach', until: ago(-11) } },
  quiet_hours: {
    when: { now: '2026-03-11T23:00:00.000Z' },
    says: { kind: 'wait', reason: 'quiet_hours', until: '2026-03-12T12:00:00.000Z' },
  },
};

describe('a touch', () => {
  test('goes out when nothing speaks against it', () => {
    expect(decideTouch(facts(), rules)).toEqual({ kind: 'send', shadow: false });
  });

  test('is only written down in shadow mode', () => {
    expect(decideTouch(facts({ mode: 'shadow' }), rules)).toEqual({ kind: 'send', shadow: true });
  });

  test.each(Object.entries(CASES))('is stopped by %s', (_, { when, says }) => {
    const decision = decideTouch(facts(when), rules);
    expect(decision).toMatchObject(says);
    expect(decision.kind === 'send' ? '' : decision.detail).not.toBe('');
  });

  test('has an example for every guardrail', () => {
    expect(Object.keys(CASES)).toEqual(GUARDRAIL_NAMES);
  });

  test.each([
    ['a correction after a touch', { triggerEvent: { ...triggerEvent, takenBack: 'corrected' as const } }, 'corrected'],
    [
      'an opt-out from everything',
      { category: 'service' as const, person: { ...person, optedOut: ['service' as const] } },
      'opted_out',
    ],
  ])('is stopped by %s', (_, when, reason) => {
    expect(decideTouch(facts(when), rules)).toMatchObject({ kind: 'suppress', reason });
  });

  test.each([
    ['old touches of the account', { touchesOfAccount: [ago(31), ago(30), ago(2)] }],
    ['old touches of the person', { touchesOfPerson: [ago(31), ago(30), ago(2)] }],
    ['one touch of the event', { touchesOfEvent: 1 }],
    ['a first ignored prompt', { prompts: [ignored(40)] }],
    ['a prompt that is too fresh to be ignored', { prompts: [ignored(40), ignored(6)] }],
    ['ignored prompts before one that was answered', { prompts: [ignored(50), ignored(40), answered(30)] }],
    ['a cooldown that is over', { prompts: [ignored(100), ignored(91)] }],
    ['outreach two weeks ago', { lastOutreachAt: ago(14) }],
    ['an upgrade a month ago', { lastUpgradeAt: ago(30) }],
    ['a no two months ago', { lastDeclineAt: ago(60) }],
    [
      'an opt-out from another category',
      { category: 'service' as const, person: { ...person, optedOut: ['marketing' as const] } },
    ],
    ['an event of two weeks ago', { triggerEvent: { ...triggerEvent, receivedAt: ago(14) } }],
  ])('is not stopped by %s', (_, when) => {
    expect(decideTouch(facts(when), rules)).toEqual({ kind: 'send', shadow: false });
  });

  test('is stopped by nothing that config does not name under never_while', () => {
    const all = { openSevereTickets: ['t'], openIncidents: ['i'], overdueInvoices: ['in'], trialActive: true };
    expect(decideTouch(facts(all), { ...rules, never_while: [] })).toEqual({ kind: 'send', shadow: false });
  });

  test('keeps the quiet hours of a zone that config names', () => {
    const berlin = { ...rules, quiet_hours: { ...rules.quiet_hours, zone: 'Europe/Berlin' } };
    // 18:30 in Berlin, 13:30 in New York.
    expect(decideTouch(facts({ now: '2026-03-11T17:30:00.000Z' }), berlin)).toMatchObject({ reason: 'quiet_hours' });
  });

  test('is refused rather than held when both would apply', () => {
    expect(decideTouch(facts({ openSevereTickets: ['t1'], touchesOfEvent: 2 }), rules)).toMatchObject({
      reason: 'event_cap',
    });
  });

  test('never goes out against any guardrail that objects', () => {
    const names = Object.values(CASES);
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (chosen) => {
        const mixed = facts(Object.assign({}, ...chosen.map((one) => one.when)));
        expect(decideTouch(mixed, rules).kind).not.toBe('send');
      }),
    );
  });

  test('never passes a cap, however touches are spread', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { maxLength: 6 }), (days) => {
        const touches = days.map(ago);
        const within = days.filter((one) => one < 30).length;
        const decision = decideTouch(facts({ touchesOfAccount: touches }), rules);
        expect(decision.kind).toBe(within >= 2 ? 'suppress' : 'send');
      }),
    );
  });
});

describe('the cooldown', () => {
  test('lasts 90 days from the last ignored prompt', () => {
    expect(cooldownUntil([ignored(50), ignored(40)], NOW, rules.unengaged_prompts)).toBe(ago(-50));
  });

  test('is prolonged by a further ignored prompt', () => {
    expect(cooldownUntil([ignored(50), ignored(40), ignored(10)], NOW, rules.unengaged_prompts)).toBe(ago(-80));
  });
});

describe('consent', () => {
  test.each<[Category[], Category, boolean]>([
    [[], 'marketing', false],
    [['marketing'], 'marketing', true],
    [['marketing'], 'service', false],
    [['service'], 'service', true],
    [['service'], 'marketing', true],
  ])('opted out of %j: %s is stopped: %s', (optedOut, category, stopped) => {
    expect(isOptedOut(optedOut, category)).toBe(stopped);
  });
});

describe('a service mail', () => {
  test.each(['mode', 'test_account', 'person', 'bounced', 'paused', 'incident', 'quiet_hours'] as const)(
    'is stopped by %s',
    (name) => {
      expect(decideServiceMail(facts(CASES[name].when), rules)).toMatchObject(CASES[name].says);
    },
  );

  test('is stopped by an opt-out from everything, not by one from marketing', () => {
    expect(decideServiceMail(facts({ person: { ...person, optedOut: ['service'] } }), rules)).toMatchObject({
      reason: 'opted_out',
    });
    expect(decideServiceMail(facts({ person: { ...person, optedOut: ['marketing'] } }), rules).kind).toBe('send');
  });

  test('knows no caps, cooldown, trial, invoice, ticket or outreach', () => {
    const names = [
      'event_cap',
      'account_cap',
      'person_cap',
      'cooldown',
      'after_upgrade',
      'after_decline',
      'open_severe_ticket',
      'unpaid_overdue',
      'trial_active',
      'am_outreach',
    ] as const;
    const everything = Object.assign({}, ...names.map((name) => CASES[name].when));
    expect(decideServiceMail(facts(everything), rules)).toEqual({ kind: 'send', shadow: false });
  });
});

describe('an alert to our own people', () => {
  test.each([
    ['mode', 'off'],
    ['test_account', 'test_account'],
    ['paused', 'paused'],
  ] as const)('is stopped by %s', (name, reason) => {
    expect(decideInternal(facts(CASES[name].when))).toMatchObject({ reason });
  });

  test('is stopped by nothing else, and only written down in shadow mode', () => {
    const others = Object.entries(CASES).filter(([name]) => !['mode', 'test_account', 'paused'].includes(name));
    const everything = Object.assign({}, ...others.map(([, one]) => one.when));
    expect(decideInternal(facts(everything))).toEqual({ kind: 'send', shadow: false });
    expect(decideInternal(facts({ mode: 'shadow' }))).toEqual({ kind: 'send', shadow: true });
  });
});
