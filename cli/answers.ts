/**
 * What commands and the demo read of the hub's answers, where server/http/api/schemas.ts has no name for it. Loose:
 * `--json` passes on what else the hub says.
 */
import { z } from 'zod';
import {
  apiToken,
  decision,
  effect,
  heldBatch,
  incident,
  parked,
  pause,
  trial,
  triggerEvent,
} from '../server/http/api/schemas.ts';

export const whyAnswer = z.looseObject({
  account: z.looseObject({ id: z.string(), name: z.string() }),
  entries: z.array(
    z.discriminatedUnion('kind', [
      z.looseObject({ kind: z.literal('event'), at: z.string(), event: triggerEvent }),
      z.looseObject({ kind: z.literal('decision'), at: z.string(), decision }),
      z.looseObject({ kind: z.literal('effect'), at: z.string(), effect, engagedAt: z.string().nullable() }),
    ]),
  ),
});
export type WhyEntry = z.infer<typeof whyAnswer>['entries'][number];

export const statusAnswer = z.looseObject({
  version: z.string(),
  company: z.string(),
  clock: z.looseObject({ now: z.string(), scale: z.number(), lagP95Hours: z.number().nullable() }),
  config: z
    .looseObject({ number: z.number(), hash: z.string(), appliedAt: z.string(), appliedBy: z.string() })
    .nullable(),
  connections: z.array(
    z.looseObject({
      name: z.string(),
      connector: z.string(),
      mode: z.string(),
      health: z.looseObject({
        state: z.string(),
        reason: z.string().nullable(),
        detail: z.string().nullable(),
        since: z.string().nullable(),
        until: z.string().nullable(),
        whatToDo: z.string().nullable(),
      }),
      vendorPause: z.looseObject({ until: z.string(), reason: z.string() }).nullable(),
      sweep: z
        .object({
          everyMs: z.number(),
          actualMs: z.number(),
          lastStartedAt: z.string().nullable(),
          lastFinishedAt: z.string().nullable(),
        })
        .nullable(),
    }),
  ),
  pauses: z.array(pause),
  incidents: z.array(incident),
  waiting: z.looseObject({ outbox: z.number(), parked: z.number(), held: z.number(), unclear: z.number() }),
});
export type Status = z.infer<typeof statusAnswer>;

const counts = z.record(z.string(), z.number());
const credit = z.looseObject({
  triggerEventId: z.string(),
  account: z.string(),
  product: z.string(),
  trigger: z.string(),
  touches: z.number(),
  accountManager: z.string().nullable(),
  acvCents: z.number(),
  reason: z.string(),
});
const unattributed = z.looseObject({
  account: z.string(),
  product: z.string(),
  acvCents: z.number(),
  reason: z.string(),
});
export const reportAnswer = z.looseObject({
  clock: z.looseObject({ scale: z.number(), lagP95Hours: z.number().nullable() }),
  accounts: z.number(),
  triggerEvents: z.looseObject({ byTrigger: counts, byStatus: counts }),
  touches: z.looseObject({ byChannel: counts, confirmed: z.number(), suppressedByReason: counts }),
  confirmedByOperation: counts,
  trials: counts,
  upgrades: z.number(),
  contractions: z.number(),
  expansionAcvCents: z.number(),
  attribution: z.looseObject({ credits: z.array(credit), unattributed: z.array(unattributed) }),
  effects: counts,
  journeys: counts,
});
export type Report = z.infer<typeof reportAnswer>;

export const effectDetail = z.looseObject({
  effect,
  idempotencyKey: z.string(),
  request: z.object({ to: z.string(), what: z.string(), where: z.string(), lookFor: z.string() }).nullable(),
  attempts: z.array(
    z.object({
      attempt: z.number(),
      kind: z.enum(['send', 'look']),
      at: z.string(),
      wireAt: z.string(),
      firstByteAt: z.string().nullable(),
      answer: z
        .object({
          at: z.string(),
          code: z.string(),
          said: z.string(),
          vendorCode: z.string().nullable(),
          requestId: z.string().nullable(),
        })
        .nullable(),
    }),
  ),
  verdicts: z.array(
    z.object({ at: z.string(), kind: z.string(), sentence: z.string(), detail: z.string().nullable() }),
  ),
  audit: z.array(z.looseObject({ at: z.string(), actor: z.string(), action: z.string(), detail: z.unknown() })),
  retry: z.string(),
});
export const effectRepairs = z.looseObject({
  dryRun: z.boolean(),
  items: z.array(z.object({ effect, does: z.string(), sentence: z.string() })),
  more: z.boolean(),
});

export const inboxAnswer = z.looseObject({ items: z.array(parked) });
export const inboxEvent = z.looseObject({
  event: parked.omit({ behind: true }).extend({
    eventId: z.string(),
    state: z.string(),
    body: z.unknown(),
    skipped: z.string().nullable(),
  }),
  audit: z.array(z.looseObject({ at: z.string(), actor: z.string(), action: z.string() })),
});
export const inboxRepairs = z.looseObject({
  dryRun: z.boolean(),
  items: z.array(z.object({ event: parked, does: z.string(), sentence: z.string() })),
  more: z.boolean(),
});

export const checkAnswer = z.looseObject({
  name: z.string(),
  works: z.boolean(),
  problem: z.string().nullable(),
  lifted: z.boolean(),
});
export const heldAnswer = z.looseObject({ items: z.array(heldBatch) });
export const releasedAnswer = z.looseObject({ batch: z.string(), events: z.number() });
export const pauseAnswer = z.looseObject({ changed: z.boolean(), pauses: z.array(pause) });
export const incidentAnswer = z.looseObject({ scope: z.string(), state: z.string(), closed: z.number() });
export const incidentsAnswer = z.looseObject({ items: z.array(incident) });

export const keysAnswer = z.looseObject({
  from: z.string(),
  items: z.array(
    z.looseObject({ id: z.string(), madeAt: z.string().nullable(), seals: z.boolean(), stored: z.number() }),
  ),
  missing: z.array(z.looseObject({ id: z.string(), stored: z.number() })),
  unmarked: z.number(),
});
export const resealedAnswer = z.looseObject({ resealed: z.number(), left: z.number() });

export const tokensAnswer = z.looseObject({ items: z.array(apiToken) });
export const newTokenAnswer = apiToken.extend({ token: z.string() });

export const trialTaken = z.looseObject({ offerId: z.string(), state: z.string(), sentence: z.string() });
export const trialEnding = z.looseObject({ state: z.string(), sentence: z.string() });
export const offerAnswer = z.looseObject({
  offer: z.looseObject({
    id: z.string(),
    account: z.string(),
    product: z.string(),
    toPlan: z.string(),
    state: z.string(),
    reason: z.string().nullable(),
  }),
  trial: trial.nullable(),
});
