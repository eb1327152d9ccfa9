import { describe, expect, test } from 'vitest';
import { type Guardrails, guardrails, type Step } from '../../config/schema/index.ts';
import { startJourney } from '../journey/start.ts';
import type { PerformResult } from '../journey/types.ts';
import { alertInstead } from './alert-instead.ts';

const NOW = '2026-03-11T15:00:00.000Z';
const mail: Step = { id: 'mail', send: { template: 'usage-summary', by: 'email', to: 'primary_admin' } };
const am: Extract<Step, { alert: unknown }> = { id: 'am', alert: { to: 'account_manager', by: ['slack'], sla: 1 } };
const state = startJourney({
  account: 'acme',
  product: 'core',
  play: 'summary',
  lead: 'te_1',
  triggerEventIds: [],
  now: NOW,
});
const held = (reason: string): PerformResult => ({ step: 'mail', result: 'held', until: null, reason });
const refused = (reason: string): PerformResult => ({ step: 'mail', result: 'suppressed', reason });
const rules: Guardrails = guardrails.parse({});
const judge = (result: PerformResult, more: Partial<Parameters<typeof alertInstead>[1]> = {}) =>
  alertInstead(result, { state, steps: [mail], guardrails: rules, ...more });

describe('the account manager is alerted instead', () => {
  test.each([
    held('open_severe_ticket'),
    held('am_outreach'),
    held('unpaid_overdue'),
    refused('opted_out'),
    refused('hard_bounced'),
    refused('cooldown'),
    refused('account_cap'),
    refused('person_cap'),
  ])('when the first message meets $reason', (result) => {
    expect(judge(result)).toBe('reason' in result ? result.reason : null);
  });
});

describe('nobody is alerted', () => {
  test.each([held('quiet_hours'), held('incident'), held('trial_active'), held('paused'), refused('after_upgrade')])(
    'for $reason, which passes by itself or needs no word',
    (result) => {
      expect(judge(result)).toBeNull();
    },
  );
  test('when the message went out', () => {
    expect(judge({ step: 'mail', result: 'done', touch: true })).toBeNull();
  });
  test('when the customer or the account manager has heard of it already', () => {
    expect(judge(refused('account_cap'), { state: { ...state, touchesSent: 1 } })).toBeNull();
    expect(judge(held('am_outreach'), { state: { ...state, alertsSent: 1 } })).toBeNull();
  });
  test('when the play alerts somebody itself, in whatever step', () => {
    expect(judge(refused('opted_out'), { steps: [mail, am] })).toBeNull();
    // biome-ignore lint/suspicious/noThenProperty: the word that config uses
    const nested: Step = { id: 'no', if: "outcome == 'none'", then: [am] };
    expect(judge(refused('opted_out'), { steps: [mail, nested] })).toBeNull();
  });
  test('where config does not list the reason', () => {
    expect(judge(refused('opted_out'), { guardrails: { ...rules, alert_instead: ['cooldown'] } })).toBeNull();
  });
});

test('an alert after the end of a journey that found no upgrade is too late to be one', () => {
  const atTheEnd: Step = { id: 'qbr', on_no_upgrade: [am] };
  expect(judge(refused('opted_out'), { steps: [mail, atTheEnd] })).toBe('opted_out');
});
