/** What commands read of the hub's answers, where server/http/api/schemas.ts has no name for it. */
import { z } from 'zod';
import { decision, effect, heldBatch, incident, pause, trial, triggerEvent } from '../server/http/api/schemas.ts';

export const whyAnswer = z.object({
  account: z.object({ id: z.string(), name: z.string() }),
  entries: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('event'), at: z.string(), event: triggerEvent }),
      z.object({ kind: z.literal('decision'), at: z.string(), decision }),
      z.object({ kind: z.literal('effect'), at: z.string(), effect, engagedAt: z.string().nullable() }),
    ]),
  ),
});
export type WhyEntry = z.infer<typeof whyAnswer>['entries'][number];

export const statusAnswer = z.object({
  version: z.string(),
  company: z.string(),
  clock: z.object({ now: z.string(), scale: z.number(), lagP95Hours: z.number().nullable() }),
  config: z.object({ number: z.number(), hash: z.string(), appliedAt: z.string(), appliedBy: z.string() }).nullable(),
  connections: z.array(
    z.object({
      name: z.string(),
      connector: z.string(),
      mode: z.string(),
      vendorPause: z.object({ until: z.string(), reason: z.string() }).nullable(),
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
  waiting: z.object({ outbox: z.number(), parked: z.number(), held: z.number(), unclear: z.number() }),
});
export type Status = z.infer<typeof statusAnswer>;

const counts = z.record(z.string(), z.number());
const credit = z.object({
  triggerEventId: z.string(),
  account: z.string(),
  product: z.string(),
  trigger: z.string(),
  touches: z.number(),
  accountManager: z.string().nullable(),
  acvCents: z.number(),
  reason: z.string(),
});
const unattributed = z.object({ account: z.string(), product: z.string(), acvCents: z.number(), reason: z.string() });
export const reportAnswer = z.object({
  clock: z.object({ scale: z.number(), lagP95Hours: z.number().nullable() }),
  accounts: z.number(),
  triggerEvents: z.object({ byTrigger: counts, byStatus: counts }),
  touches: z.object({ byChannel: counts, confirmed: z.number(), suppressedByReason: counts }),
  confirmedByOperation: counts,
  trials: counts,
  upgrades: z.number(),
  contractions: z.number(),
  expansionAcvCents: z.number(),
  attribution: z.object({ credits: z.array(credit), unattributed: z.array(unattributed) }),
  effects: counts,
  journeys: counts,
});
export type Report = z.infer<typeof reportAnswer>;

export const heldAnswer = z.object({ items: z.array(heldBatch) });
export const releasedAnswer = z.object({ batch: z.string(), events: z.number() });
export const pauseAnswer = z.object({ changed: z.boolean(), pauses: z.array(pause) });
export const incidentAnswer = z.object({ scope: z.string(), state: z.string(), closed: z.number() });
export const incidentsAnswer = z.object({ items: z.array(incident) });

export const trialTaken = z.object({ offerId: z.string(), state: z.string(), sentence: z.string() });
export const trialEnding = z.object({ state: z.string(), sentence: z.string() });
export const offerAnswer = z.object({
  offer: z.object({
    id: z.string(),
    account: z.string(),
    product: z.string(),
    toPlan: z.string(),
    state: z.string(),
    reason: z.string().nullable(),
  }),
  trial: trial.nullable(),
});
