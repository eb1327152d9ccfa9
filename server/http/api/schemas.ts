import { z } from 'zod';

/** What the API answers with. The shapes follow domain/model.ts; a field that is not named here does not leave. */
export const iso = z.string().describe('ISO 8601, UTC, business time');
const cents = z.int().describe('Cents');
const json = z.unknown().describe('JSON');

export const meter = z
  .object({
    product: z.string(),
    metric: z.string(),
    used: z.number(),
    limit: z.number().nullable().describe('Null: unlimited'),
    utilization: z.number().nullable().describe('used / limit'),
    periodStart: iso,
    periodEnd: iso,
    observedAt: iso,
  })
  .meta({ id: 'Meter' });

export const subscription = z
  .object({
    id: z.string(),
    product: z.string(),
    plan: z.string().nullable(),
    status: z.enum(['active', 'past_due', 'paused', 'cancelled']),
    quantity: z.number(),
    mrrCents: cents,
    currency: z.string(),
    periodEnd: iso,
  })
  .meta({ id: 'Subscription' });

const accountFields = {
  id: z.string(),
  name: z.string(),
  segment: z.enum(['smb', 'mid_market', 'enterprise']).nullable(),
  timezone: z.string().nullable(),
  test: z.boolean().describe('One of our own: never touched'),
  ownerId: z.string().nullable(),
  csmId: z.string().nullable(),
  arrCents: cents.nullable(),
  renewalOn: z.string().nullable(),
  meters: z.array(meter),
  subscriptions: z.array(subscription),
};
export const accountItem = z.object(accountFields).meta({ id: 'AccountItem' });

export const person = z
  .object({
    key: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    roles: z.array(z.string()),
    optedOut: z.array(z.string()),
    hardBounced: z.boolean(),
  })
  .meta({ id: 'Person' });

export const journey = z
  .object({
    id: z.string(),
    account: z.string(),
    product: z.string(),
    play: z.string(),
    leadEventId: z.string(),
    status: z.string().describe('`running`, or how it ended'),
    reason: z.string().nullable(),
    configVersion: z.string().nullable(),
    startedAt: iso,
    updatedAt: iso,
    endedAt: iso.nullable(),
  })
  .meta({ id: 'Journey' });

export const trial = z
  .object({
    offerId: z.string(),
    account: z.string(),
    product: z.string(),
    plan: z.string(),
    state: z.string(),
    actor: z.string(),
    door: z.string(),
    grantedAt: iso,
    startedAt: iso.nullable(),
    endsAt: iso,
    endedAt: iso.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Trial' });

export const effect = z
  .object({
    key: z.string(),
    connection: z.string(),
    operation: z.string(),
    account: z.string(),
    product: z.string().nullable(),
    person: z.string().nullable(),
    play: z.string().nullable(),
    step: z.string().nullable(),
    journeyId: z.string().nullable(),
    triggerEventId: z.string().nullable(),
    offerId: z.string().nullable(),
    customerFacing: z.boolean(),
    touch: z.boolean(),
    channel: z.string().nullable(),
    category: z.string().nullable(),
    phase: z.enum(['claimed', 'sending', 'confirmed', 'refused', 'withdrawn', 'unclear']),
    result: json,
    reason: z.string().nullable(),
    attempt: z.number(),
    notBefore: iso.nullable(),
    claimedAt: iso,
    updatedAt: iso,
    finishedAt: iso.nullable(),
  })
  .meta({ id: 'Effect' });

/** Which effects are meant. */
export const effectFilter = z.object({
  phase: z.enum(['claimed', 'sending', 'confirmed', 'refused', 'withdrawn', 'unclear']).optional(),
  account: z.string().optional(),
  connection: z.string().optional(),
  operation: z.string().optional().describe('As in the ledger: message.send, crm.createTask'),
  play: z.string().optional(),
  since: z.iso.datetime().optional().describe('Claimed from this moment on, business time'),
  until: z.iso.datetime().optional().describe('Claimed before it'),
});

export const triggerEvent = z
  .object({
    id: z.string(),
    account: z.string(),
    product: z.string(),
    metric: z.string().nullable(),
    trigger: z.string(),
    kind: z.string(),
    play: z.string(),
    label: z.string().nullable(),
    occurredAt: iso,
    receivedAt: iso,
    used: z.number(),
    limit: z.number().nullable(),
    utilization: z.number().nullable(),
    forecast: z.object({ days: z.number(), lowDays: z.number(), highDays: z.number() }).nullable(),
    evidence: z.object({
      rule: z.record(z.string(), json),
      numbers: z.record(z.string(), json),
      sentence: z.string(),
    }),
    mode: z.enum(['shadow', 'live']),
    status: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TriggerEvent' });

export const decision = z
  .object({
    id: z.number(),
    kind: z.enum(['near_miss', 'send', 'shadow', 'wait', 'suppress', 'withdraw', 'refuse']),
    product: z.string().nullable(),
    metric: z.string().nullable(),
    trigger: z.string().nullable(),
    person: z.string().nullable(),
    journeyId: z.string().nullable(),
    triggerEventId: z.string().nullable(),
    effectKey: z.string().nullable(),
    operation: z.string().nullable(),
    reason: z.string().describe('A code'),
    sentence: z.string().describe('The same in words'),
    detail: z.string().nullable(),
    until: iso.nullable(),
    numbers: z.record(z.string(), json).nullable(),
    at: iso.describe('The first time'),
    lastAt: iso.describe('The latest time that the same answer was given'),
  })
  .meta({ id: 'Decision' });

export const attributionRow = z
  .object({
    id: z.number(),
    upgradeId: z.string(),
    triggerEventId: z.string().nullable().describe('Null: unattributed'),
    account: z.string(),
    product: z.string(),
    trigger: z.string().nullable(),
    acvCents: cents.describe('Cents a year; negative where credit is taken back'),
    touches: z.number(),
    accountManager: z.string().nullable(),
    reason: z.string(),
    at: iso,
  })
  .meta({ id: 'Attribution' });

export const incident = z
  .object({
    id: z.string(),
    scope: z.string().describe('`all`, an account or a product'),
    note: z.string().nullable(),
    startedAt: iso,
    endedAt: iso.nullable(),
  })
  .meta({ id: 'Incident' });

export const pause = z
  .object({
    scope: z.enum(['all', 'play', 'connection']),
    name: z.string().describe('Of the play or connection; empty for `all`'),
    reason: z.string(),
    by: z.string(),
    at: iso,
  })
  .meta({ id: 'Pause' });

export const role = z.enum(['product', 'viewer', 'am', 'revops', 'admin']);

export const apiToken = z
  .object({ name: z.string(), role, createdAt: iso, revokedAt: iso.nullable() })
  .meta({ id: 'ApiToken' });

export const heldBatch = z
  .object({
    id: z.string(),
    connection: z.string(),
    at: iso,
    trips: z.number().describe('How many triggers came true at once'),
    median: z.number().describe('How many are usual'),
    state: z.enum(['held', 'released']),
  })
  .meta({ id: 'HeldBatch' });

export const parked = z
  .object({
    id: z.number(),
    source: z.string(),
    type: z.string(),
    object: z.string().describe('Later events of the same object wait for it'),
    occurredAt: iso.nullable(),
    receivedAt: iso,
    attempts: z.number(),
    error: z.string().nullable(),
    behind: z.number().describe('Later events of the same object that wait'),
  })
  .meta({ id: 'ParkedEvent' });
