import type { z } from 'zod';
import type { accountItem, decision, effect, journey, trial, triggerEvent } from '../../server/http/api/schemas.ts';
import type { Report } from '../answers.ts';

/** Rows as the hub answers with, for tests to change what they are about. */

export function anEvent(change: Partial<z.infer<typeof triggerEvent>> = {}): z.infer<typeof triggerEvent> {
  return {
    id: 'te_1',
    account: 'acct-1',
    product: 'core',
    metric: 'storage_gb',
    trigger: 'usage_80',
    kind: 'utilization',
    play: 'summary',
    label: null,
    occurredAt: '2026-03-14T09:20:00.000Z',
    receivedAt: '2026-03-14T09:25:00.000Z',
    used: 205.5,
    limit: 250,
    utilization: 0.822,
    forecast: { days: 12.4, lowDays: 8, highDays: 19 },
    evidence: { rule: { at: 0.8 }, numbers: { used: 205.5 }, sentence: 'storage_gb stands at 82.2 % of its limit.' },
    mode: 'live',
    status: 'claimed',
    reason: null,
    ...change,
  };
}

export function aDecision(change: Partial<z.infer<typeof decision>> = {}): z.infer<typeof decision> {
  return {
    id: 1,
    kind: 'wait',
    product: 'core',
    metric: null,
    trigger: null,
    person: 'ada@acme.example',
    journeyId: 'journey:acct-1:core',
    triggerEventId: 'te_1',
    effectKey: 'te_1:mail:message.send:p:1',
    operation: 'message.send',
    reason: 'quiet_hours',
    sentence: 'It is outside working hours where the customer is; the message waits for the next morning.',
    detail: null,
    until: '2026-03-16T12:00:00.000Z',
    numbers: null,
    at: '2026-03-14T23:00:00.000Z',
    lastAt: '2026-03-14T23:00:00.000Z',
    ...change,
  };
}

export function anEffect(change: Partial<z.infer<typeof effect>> = {}): z.infer<typeof effect> {
  return {
    key: 'te_1:mail:message.send:p:1',
    connection: 'email',
    operation: 'message.send',
    account: 'acct-1',
    product: 'core',
    person: 'ada@acme.example',
    play: 'summary',
    step: 'mail',
    journeyId: 'journey:acct-1:core',
    triggerEventId: 'te_1',
    offerId: null,
    customerFacing: true,
    touch: true,
    channel: 'email',
    category: 'marketing',
    phase: 'confirmed',
    result: null,
    reason: null,
    attempt: 1,
    notBefore: null,
    claimedAt: '2026-03-16T12:00:00.000Z',
    updatedAt: '2026-03-16T12:00:05.000Z',
    finishedAt: '2026-03-16T12:00:05.000Z',
    ...change,
  };
}

export function anAccount(change: Partial<z.infer<typeof accountItem>> = {}): z.infer<typeof accountItem> {
  const period = { periodStart: '2026-03-01T00:00:00.000Z', periodEnd: '2026-04-01T00:00:00.000Z' };
  const observedAt = '2026-03-14T09:20:00.000Z';
  const meter = { product: 'core', ...period, observedAt };
  const { periodEnd } = period;
  return {
    id: 'acct-1',
    name: 'Acme',
    segment: 'smb',
    timezone: null,
    test: false,
    ownerId: null,
    csmId: null,
    arrCents: null,
    renewalOn: null,
    meters: [
      { ...meter, metric: 'seats', used: 12, limit: 25, utilization: 0.48 },
      { ...meter, metric: 'storage_gb', used: 205.5, limit: 250, utilization: 0.822 },
      { ...meter, metric: 'integrations', used: 9, limit: null, utilization: null },
    ],
    subscriptions: [
      {
        id: 's1',
        product: 'core',
        plan: 'team',
        status: 'active',
        quantity: 12,
        mrrCents: 29_900,
        currency: 'eur',
        periodEnd,
      },
      {
        id: 's2',
        product: 'api',
        plan: 'payg',
        status: 'active',
        quantity: 1,
        mrrCents: 5_050,
        currency: 'eur',
        periodEnd,
      },
    ],
    ...change,
  };
}

export function aJourney(change: Partial<z.infer<typeof journey>> = {}): z.infer<typeof journey> {
  return {
    id: 'journey:acct-1:core',
    account: 'acct-1',
    product: 'core',
    play: 'summary',
    leadEventId: 'te_1',
    status: 'not_upgraded',
    reason: null,
    configVersion: null,
    startedAt: '2026-03-14T09:25:00.000Z',
    updatedAt: '2026-03-28T09:25:00.000Z',
    endedAt: '2026-03-28T09:25:00.000Z',
    ...change,
  };
}

export function aTrial(change: Partial<z.infer<typeof trial>> = {}): z.infer<typeof trial> {
  return {
    offerId: 'of_1',
    account: 'acct-1',
    product: 'core',
    plan: 'pro',
    state: 'active',
    actor: 'kim@tidewater.example',
    door: 'api',
    grantedAt: '2026-03-14T09:25:00.000Z',
    startedAt: '2026-03-14T09:26:00.000Z',
    endsAt: '2026-03-28T09:25:00.000Z',
    endedAt: null,
    reason: null,
    ...change,
  };
}

export function aReport(): Report {
  return {
    clock: { scale: 1, lagP95Hours: 0.4 },
    accounts: 1_240,
    triggerEvents: { byTrigger: { usage_95: 3, usage_80: 12 }, byStatus: { done: 15 } },
    touches: { byChannel: { email: 11 }, confirmed: 10, suppressedByReason: { opted_out: 1, cooldown: 4 } },
    confirmedByOperation: { 'message.send': 10 },
    trials: {},
    upgrades: 2,
    contractions: 1,
    expansionAcvCents: 1_250_050,
    attribution: {
      credits: [
        {
          upgradeId: 'up_1',
          triggerEventId: 'te_1',
          at: '2026-03-19T09:00:00.000Z',
          account: 'acct-1',
          product: 'core',
          trigger: 'usage_80',
          touches: 2,
          accountManager: 'kim@tidewater.example',
          acvCents: 1_300_000,
          reason: 'last engaged touch',
        },
      ],
      unattributed: [
        {
          upgradeId: 'up_2',
          account: 'acct-2',
          product: 'api',
          acvCents: -49_950,
          reason: 'nobody had been in contact',
        },
      ],
    },
    effects: { confirmed: 10 },
    journeys: { running: 1 },
  };
}
