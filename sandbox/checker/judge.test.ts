import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../frame/types.ts';
import { judge } from './judge.ts';
import { type Context, defaultJudgeConfig, type Episode, type TruthRow } from './types.ts';

/** A Tuesday at noon; `day` counts from it. */
const NOON = Date.parse('2026-03-10T12:00:00Z');
const DAY = 86_400_000;
const at = (day: number) => new Date(NOON + day * DAY).toISOString();

const account: Context = {
  context: 'account',
  account: 'a_1',
  timezone: 'UTC',
  test: false,
  people: [{ id: 'u_1_1', email: 'p1@a1.example' }],
};
const episode = (more: Partial<Episode> = {}): Episode => ({
  episode: 'e1',
  account: 'a_1',
  product: 'core',
  kind: 'limit_80',
  metric: 'seats',
  readyAt: at(0),
  readyUntil: at(10),
  graceFrom: at(-1),
  valueCents: 100,
  ...more,
});
const entry = (day: number, more: Partial<LedgerEntry> & Pick<LedgerEntry, 'kind'>): LedgerEntry => ({
  at: at(day),
  wireAt: 0,
  vendor: 'v',
  account: 'a_1',
  id: `${more.kind}@${day}`,
  summary: `something at ${day}`,
  ...more,
});
const mail = (day: number, more: Partial<LedgerEntry> = {}) =>
  entry(day, { kind: 'mail', to: 'p1@a1.example', key: `<m${day}>`, data: { category: 'marketing' }, ...more });
const prompt = (day: number, more: Partial<LedgerEntry> = {}) =>
  entry(day, { kind: 'prompt_shown', to: 'u_1_1', key: `p${day}`, ...more });
const task = (day: number, more: Partial<LedgerEntry> = {}) =>
  entry(day, { kind: 'task_created', key: `t${day}`, ...more });
const told = (day: number, rule: NonNullable<LedgerEntry['fact']>['rule'], more: Partial<LedgerEntry> = {}) =>
  entry(day, { kind: 'fact_told', fact: { rule, id: 'f1', state: 'open' }, ...more });
const clicked = (day: number, key: string) => entry(day, { kind: 'act', act: 'clicked', key });

const verdict = (truth: TruthRow[], ledger: LedgerEntry[], until = at(60)) =>
  judge({ truth: [account, ...truth], ledger, config: defaultJudgeConfig, until });
const rulesBroken = (truth: TruthRow[], ledger: LedgerEntry[]) =>
  verdict(truth, ledger).forbidden.map(({ rule }) => rule);
const reason = (truth: TruthRow[], ledger: LedgerEntry[]) => verdict(truth, ledger).explained[0]?.reason;

describe('what is expected', () => {
  test('a hub that sends nothing misses every episode', () => {
    const kinds = ['limit_80', 'limit_95', 'hard_limit', 'velocity', 'cut_after_limit'];
    const found = verdict(
      kinds.map((kind) => episode({ kind, episode: kind, product: kind })),
      [],
    );
    expect(found).toMatchObject({ expected: 5, visible: 0 });
    // The decline excuses the others only for its own product.
    expect(found.missing.map(({ kind }) => kind)).toEqual(kinds);
    expect(found.missing[0]?.sentence).toContain('a_1 (limit_80) was ready for limit_80 of seats');
  });

  test.each([
    ['a mail', mail(1)],
    ['a prompt in the product', prompt(1)],
    ['an alert in chat', entry(1, { kind: 'chat_message' })],
    ['a CRM task', task(1)],
    ['a task for its product', task(1, { product: 'core' })],
    ['an effect in the grace before', task(-1)],
    ['an effect just before the end', task(10.9)],
  ])('%s answers an episode', (_name, effect) => {
    expect(verdict([episode()], [effect])).toMatchObject({ expected: 1, visible: 1, missing: [], explained: [] });
  });

  test.each([
    ['service mail', mail(1, { data: { category: 'service' } })],
    ['an effect for another account', task(1, { account: 'a_2' })],
    ['an effect for another product', task(1, { product: 'api' })],
    ['an effect a day after the end', task(11.1)],
    ['an effect long before', task(-20)],
    ['an update of an old message', entry(1, { kind: 'chat_update' })],
    ['a tag', entry(1, { kind: 'account_tagged' })],
  ])('%s does not', (_name, effect) => {
    expect(verdict([episode()], [effect]).missing).toHaveLength(1);
  });

  test('after a person has changed the plan, the later labels of that product are dropped', () => {
    const change = entry(-5, { kind: 'act', act: 'plan_changed', product: 'core' });
    expect(verdict([episode()], [change]).expected).toBe(0);
    expect(verdict([episode()], [{ ...change, product: 'api' }]).missing).toHaveLength(0);
    expect(verdict([episode({ kind: 'hard_limit' })], [{ ...change, product: 'api' }]).missing).toHaveLength(1);
  });

  test('a change that the world wrote is in its labels already', () => {
    const change = entry(-5, { kind: 'act', act: 'plan_changed', product: 'core', data: { cause: 'world' } });
    expect(verdict([episode({ kind: 'hard_limit' })], [change]).missing).toHaveLength(1);
  });

  test('what becomes ready in the last two days of the run is not expected', () => {
    expect(verdict([episode()], [], at(1.9)).expected).toBe(0);
    expect(verdict([episode()], [], at(9)).expected).toBe(1);
  });
});

describe('why silence can be right', () => {
  const plain = [episode()];
  const severe: Context = { context: 'severe_ticket', account: 'a_1', id: 'f1', from: at(-1), until: at(30) };
  test.each([
    ['merged', plain, [task(-7)]],
    [
      'over_before_it_could_be_seen',
      [episode({ readyUntil: at(0.2), graceFrom: at(0) })].map((e) => ({ ...e, readyUntil: at(-0.2) })),
      [],
    ],
    [
      'opted_out',
      [
        ...plain,
        {
          context: 'optout',
          account: 'a_1',
          person: 'u_1_1',
          category: 'marketing',
          from: at(-9),
          until: null,
        } as const,
      ],
      [],
    ],
    ['account_cap', plain, [mail(-25), mail(-20), clicked(-19, '<m-20>')]],
    ['person_cap', plain, [mail(-25, { account: 'a_2' }), mail(-20, { account: 'a_3' })]],
    ['cooldown', plain, [mail(-50), mail(-45)]],
    ['after_upgrade', plain, [entry(-20, { kind: 'act', act: 'plan_changed', product: 'api' })]],
    [
      'after_decline',
      [
        ...plain,
        episode({ episode: 'e0', kind: 'cut_after_limit', readyAt: at(-40), graceFrom: at(-40), readyUntil: at(-30) }),
      ].reverse(),
      [task(-39)],
    ],
    ['severe_ticket', [...plain, severe], []],
    ['incident', [...plain, { context: 'incident', scope: 'all', from: at(-1), until: at(30) } as const], []],
    ['am_contact', [...plain, { context: 'am_contact', account: 'a_1', at: at(-1) } as const], []],
    ['am_contact', plain, [entry(-1, { kind: 'act', act: 'logged_call' })]],
    ['trial_active', plain, [entry(-16, { kind: 'subscription_created', product: 'api', key: 'o' })]],
    ['quiet_hours', [episode({ readyAt: at(3.3), graceFrom: at(3.3), readyUntil: at(4.5) })], []],
    ['test_account', [{ ...account, test: true } as const, ...plain], []],
  ] as [string, TruthRow[], LedgerEntry[]][])('%s', (expected, truth, ledger) => {
    expect(verdict(truth, ledger).missing).toEqual([]);
    expect(reason(truth, ledger)).toBe(expected);
  });

  test('a trial that ended long ago does not excuse', () => {
    const trial = [
      entry(-40, { kind: 'subscription_created', id: 's', key: 'o' }),
      entry(-26, { kind: 'subscription_ended', id: 's' }),
    ];
    expect(verdict(plain, trial).missing).toHaveLength(1);
  });

  test('a ticket that leaves a working day free does not excuse', () => {
    const closed = { ...severe, until: at(2.8) };
    expect(verdict([episode(), closed], []).missing).toHaveLength(1);
  });

  test('a cap of an earlier month does not excuse', () => {
    expect(verdict(plain, [mail(-45), clicked(-44, '<m-45>'), mail(-40), clicked(-39, '<m-40>')]).missing).toHaveLength(
      1,
    );
  });

  test('nothing that holds back a message to the customer excuses a silent account manager', () => {
    expect(verdict([episode({ kind: 'hard_limit' }), severe], [mail(-25), mail(-20)]).missing).toHaveLength(1);
  });

  test('a reply of which the hub never hears still lets its cooldown excuse', () => {
    const replied = entry(-44, { kind: 'act', act: 'replied', key: '<m-45>' });
    expect(reason(plain, [mail(-50), mail(-45), replied])).toBe('cooldown');
  });
});

describe('what is forbidden', () => {
  const severe: Context = { context: 'severe_ticket', account: 'a_1', id: 'f1', from: at(-2), until: null };
  test.each([
    ['severe_ticket', [severe], [told(-1, 'severe_ticket'), mail(0)]],
    ['incident', [{ context: 'incident', scope: 'all', from: at(-2), until: at(2) }], [told(-1, 'incident'), mail(0)]],
    [
      'incident',
      [{ context: 'incident', scope: 'all', from: at(-2), until: at(2) }],
      [told(-1, 'incident', { account: null }), mail(0)],
    ],
    ['opted_out', [], [told(-1, 'opted_out', { to: 'P1@a1.example' }), mail(0)]],
    ['opted_out', [], [told(-1, 'opted_out'), prompt(0)]],
    ['am_contact', [{ context: 'am_contact', account: 'a_1', at: at(-10) }], [told(-9, 'am_contact'), mail(0)]],
    ['am_contact', [], [entry(-10, { kind: 'act', act: 'logged_call' }), told(-9, 'am_contact'), mail(0)]],
    ['test_account', [{ ...account, test: true }], [mail(0)]],
    ['quiet_hours', [], [mail(0.6)]],
    ['quiet_hours', [], [mail(4)]],
    ['account_cap', [], [mail(-20), clicked(-20, '<m-20>'), mail(-13), mail(0)]],
    ['cooldown', [], [mail(-60), mail(-50), mail(0)]],
  ] as [string, TruthRow[], LedgerEntry[]][])('%s', (rule, truth, ledger) => {
    expect(new Set(rulesBroken(truth, ledger))).toContain(rule);
  });

  test('a person of two accounts has one cap', () => {
    const two = { ...account, account: 'a_2' } as const;
    const ledger = [mail(-14), mail(-7, { account: 'a_2' }), mail(0)];
    expect(rulesBroken([two], ledger)).toEqual(['person_cap']);
  });

  test.each([
    ['a fact that reached the hub less than 6 hours ago', [severe], [told(-0.2, 'severe_ticket'), mail(0)]],
    ['a fact that the hub never heard of', [severe], [mail(0)]],
    ['a ticket that is closed again', [{ ...severe, until: at(-1) }], [told(-2, 'severe_ticket'), mail(0)]],
    [
      'a ticket that the hub knows to be closed',
      [severe],
      [
        told(-2, 'severe_ticket'),
        told(-1, 'severe_ticket', { fact: { rule: 'severe_ticket', id: 'f1', state: 'closed' } }),
        mail(0),
      ],
    ],
    ['an opt-out of somebody else', [], [told(-2, 'opted_out', { to: 'p2@a1.example' }), mail(0)]],
    [
      'an account manager who called 15 days ago',
      [{ context: 'am_contact', account: 'a_1', at: at(-15) }],
      [told(-1, 'am_contact'), mail(0)],
    ],
    ['a mail decided before the evening', [], [mail(0.45)]],
    ['a prompt that its user sees at night', [], [prompt(0.6)]],
    [
      'a prompt made before the ticket',
      [severe],
      [told(-1, 'severe_ticket'), prompt(0, { data: { createdAt: at(-3) } })],
    ],
    [
      'service mail in a severe ticket',
      [severe],
      [told(-1, 'severe_ticket'), mail(0, { data: { category: 'service' } })],
    ],
    ['an alert to our own people in a severe ticket', [severe], [told(-1, 'severe_ticket'), task(0)]],
    ['two touches in 30 days', [], [mail(-33), clicked(-33, '<m-33>'), mail(-21), mail(0)]],
    ['a touch after prompts that were answered', [], [mail(-60), mail(-50), clicked(-49, '<m-50>'), mail(0)]],
    ['a touch after the cooldown', [], [mail(-120), mail(-110), mail(0)]],
  ] as [string, TruthRow[], LedgerEntry[]][])('not: %s', (_name, truth, ledger) => {
    expect(rulesBroken(truth, ledger)).toEqual([]);
  });

  test('says what was wrong in a sentence', () => {
    expect(verdict([severe], [told(-1, 'severe_ticket'), mail(0)]).forbidden[0]?.sentence).toBe(
      `"something at 0" reached p1@a1.example, though a severe ticket was open (f1), and the hub knew since ${at(-1)}`,
    );
  });
});

describe('what is a duplicate', () => {
  test.each([
    ['a mail with the same Message-ID', [mail(0), mail(3, { key: '<m0>' })]],
    ['a task with the same marker', [task(0), task(1, { key: 't0' })]],
    [
      'a message with the same marker',
      [entry(0, { kind: 'chat_message', key: 'k' }), entry(1, { kind: 'chat_message', key: 'k' })],
    ],
    ['a prompt with the same key', [prompt(0), prompt(1, { key: 'p0' })]],
    [
      'a trial of the same offer',
      [entry(0, { kind: 'subscription_created', key: 'o' }), entry(1, { kind: 'subscription_created', key: 'o' })],
    ],
    [
      'a second trial of an offer under another key',
      ['k1', 'k2'].map((key, day) => entry(day, { kind: 'subscription_created', key, data: { offerId: 'o' } })),
    ],
    ['two mails within an hour that look the same', [mail(0, { summary: 'Hello' }), mail(0.01, { summary: 'Hello' })]],
  ])('%s', (_name, ledger) => {
    expect(verdict([], ledger).duplicates).toMatchObject([{ entries: [{}, {}] }]);
  });

  test.each([
    ['the same mail to two people', [mail(0), mail(0, { to: 'p2@a1.example' })]],
    ['the same subject a day later', [mail(0, { summary: 'Hello' }), mail(1, { summary: 'Hello' })]],
    [
      'an update of a message',
      [entry(0, { kind: 'chat_message', key: 'k' }), entry(1, { kind: 'chat_update', key: 'k' })],
    ],
    ['things without a key', [task(0, { key: null }), task(1, { key: null })]],
  ])('not: %s', (_name, ledger) => {
    expect(verdict([], ledger).duplicates).toEqual([]);
  });
});
