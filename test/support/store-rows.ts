import type { Account, Iso, Reading, TriggerEvent } from '../../domain/model.ts';
import type { TouchDecision, TouchFacts } from '../../domain/touch/types.ts';
import type { EffectRequest } from '../../store/index.ts';

/** Builders of rows for store tests: a valid one, with what a test cares about on top. */
export const T0: Iso = '2026-03-02T10:00:00.000Z';

export function minutesLater(minutes: number, from: Iso = T0): Iso {
  return new Date(Date.parse(from) + minutes * 60_000).toISOString();
}

export function anAccount(over: Partial<Omit<Account, 'facts'>> = {}): Omit<Account, 'facts'> {
  return {
    id: 'acme',
    name: 'Acme',
    segment: 'smb',
    timezone: 'Europe/Berlin',
    test: false,
    ownerId: 'o1',
    csmId: null,
    arrCents: 120_000,
    renewalOn: '2026-12-31',
    ...over,
  };
}

export function anEvent(over: Partial<TriggerEvent> = {}): TriggerEvent {
  return {
    id: 'te1',
    account: 'acme',
    product: 'core',
    metric: 'api_calls',
    trigger: 'usage_80',
    kind: 'utilization',
    play: 'summary',
    label: null,
    occurredAt: T0,
    receivedAt: T0,
    used: 81_000,
    limit: 100_000,
    utilization: 0.81,
    forecast: null,
    evidence: { rule: { at: 0.8 }, numbers: { used: 81_000 }, sentence: '81 % of api_calls' },
    mode: 'live',
    status: 'open',
    reason: null,
    ...over,
  };
}

export function aReading(over: Partial<Reading> = {}): Reading {
  return {
    source: 'product_usage',
    account: 'acme',
    product: 'core',
    metric: 'api_calls',
    observedAt: T0,
    receivedAt: T0,
    used: 1_000,
    ...over,
  };
}

export function aRequest(over: Partial<EffectRequest> = {}): EffectRequest {
  return {
    key: 'te1:mail:message.send:p1:1',
    tenant: 'test',
    connection: 'mail',
    operation: 'message.send',
    account: 'acme',
    product: 'core',
    person: 'ana@acme.example',
    play: 'summary',
    step: 'mail',
    journeyId: 'j1',
    triggerEventId: 'te1',
    offerId: null,
    customerFacing: true,
    touch: true,
    channel: 'email',
    category: 'marketing',
    mode: 'live',
    payload: { subject: 'hello' },
    settleMs: 5_000,
    now: T0,
    wireNow: 1_000_000,
    companyTimezone: 'America/New_York',
    unreadable: null,
    ...over,
  };
}

export const send = (): TouchDecision => ({ kind: 'send', shadow: false });

/** A plain cap, as a guardrail would have it. */
export function capOf(caps: { account: number; person: number }): (facts: TouchFacts) => TouchDecision {
  return (facts) => {
    if (facts.touchesOfAccount.length >= caps.account) return { kind: 'suppress', reason: 'account_cap', detail: '' };
    if (facts.touchesOfPerson.length >= caps.person) return { kind: 'suppress', reason: 'person_cap', detail: '' };
    return send();
  };
}
