import { z } from 'zod';
import { explainEffect } from '../../../activities/effects/explain.ts';
import { planRepair, repairEffect } from '../../../activities/effects/repair.ts';
import type { RepairDecision } from '../../../domain/effect/repair.ts';
import { effectKeys, inTransaction, listAudit, listVerdicts, readEffect } from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { invalid, notFound } from '../errors.ts';
import { explainReason } from '../words.ts';
import { type Api, MAX_LIMIT } from './api.ts';
import { auditEntry } from './audit.ts';
import { effect, effectFilter, iso } from './schemas.ts';

const attempt = z
  .object({
    attempt: z.number(),
    kind: z.enum(['send', 'look']).describe('`look`: the vendor was asked about earlier attempts first'),
    at: iso,
    wireAt: z.string().describe("ISO 8601, UTC, real time: as in the vendor's log"),
    firstByteAt: iso.nullable().describe('Before it nothing can have arrived'),
    answer: z
      .object({
        at: iso,
        code: z.string(),
        said: z.string(),
        vendorCode: z.string().nullable(),
        requestId: z.string().nullable(),
      })
      .nullable()
      .describe('What went wrong; null: nothing, or it runs'),
  })
  .meta({ id: 'EffectAttempt' });

const request = z
  .object({ to: z.string(), what: z.string(), where: z.string(), lookFor: z.string() })
  .meta({ id: 'EffectRequest' });

const verdict = z
  .object({ at: iso, kind: z.string(), sentence: z.string(), detail: z.string().nullable() })
  .meta({ id: 'EffectVerdict' });

const detail = z
  .object({
    effect,
    idempotencyKey: z.string().describe('What the vendor sees as key'),
    request: request.nullable().describe('What was to be sent to whom, and where to look for it; null: erased'),
    attempts: z.array(attempt).describe('The first and the newest'),
    verdicts: z.array(verdict).describe('What the guardrails said, newest first'),
    audit: z.array(auditEntry).describe('What people did about it, newest first'),
    retry: z.string().describe('What a retry would do'),
  })
  .meta({ id: 'EffectDetail' });

const repair = z.object({
  action: z.enum(['retry', 'confirm', 'give_up']).describe('confirm: it happened. give_up: it did not, and need not'),
  keys: z.array(z.string().min(1)).min(1).max(MAX_LIMIT).optional().describe('These; else those of `filter`'),
  filter: effectFilter.optional(),
  didNotArrive: z
    .boolean()
    .default(false)
    .describe('Retry what the vendor cannot be asked about: you looked, and it is not there'),
  note: z.string().min(1).max(1_000).describe('What was seen, and where; for the audit'),
  dryRun: z.boolean().default(true).describe('True: only say what would be done'),
});

const outcome = z
  .object({
    effect,
    does: z.enum(['look', 'resend', 'confirm', 'refuse', 'withdraw', 'no']),
    sentence: z.string(),
  })
  .meta({ id: 'EffectRepair' });

const SENTENCES: Record<Exclude<RepairDecision['kind'], 'no'>, string> = {
  look: 'Ask the vendor: confirmed if it is there, judged anew and sent if it is not.',
  resend: 'Judged by all guardrails anew, then sent once more.',
  confirm: 'It happened.',
  refuse: 'It did not happen, and is given up: its slot is free again.',
  withdraw: 'Taken back before it is sent: its slot is free again.',
};

function sentenceOf(decision: RepairDecision): string {
  if (decision.kind === 'no') return decision.sentence;
  if (decision.kind === 'look' && decision.resendIfUnknown)
    return 'Ask the vendor: confirmed if it is there, else judged anew and sent.';
  return SENTENCES[decision.kind];
}

export function effectRepairRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/effects/:key',
    {
      schema: {
        tags: ['effects'],
        summary: 'All that is known of an effect, and where to look for it',
        params: z.object({ key: z.string() }),
        response: { 200: detail },
      },
    },
    async ({ params: { key } }) =>
      await inTransaction(deps.store, async (tx) => {
        const stored = await readEffect(tx, deps.store.vault, key);
        if (!stored) throw notFound(`effect ${key}`, 'GET /api/v1/effects?phase=unclear lists those to settle.');
        const { payload } = stored;
        const ask = { action: 'retry', didNotArrive: false } as const;
        return {
          effect: stored.effect,
          idempotencyKey: stored.effect.idempotencyKey,
          request: explainEffect(deps, stored.effect, payload),
          attempts: stored.effect.attempts.map((one) => ({ ...one, wireAt: new Date(one.wireAt).toISOString() })),
          verdicts: (await listVerdicts(tx, key)).map(({ lastAt, kind, reason, detail: more }) => {
            return { at: lastAt, kind, sentence: explainReason(reason), detail: more };
          }),
          audit: await listAudit(tx, { subject: key }),
          retry: sentenceOf(planRepair(deps, stored.effect, ask, payload !== null)),
        };
      }),
  );

  api.post(
    '/effects/repair',
    {
      schema: {
        tags: ['effects'],
        summary: 'Retry, confirm or give up effects, one by one or by a filter',
        description: `At most ${MAX_LIMIT} at a time, oldest first; without a phase in the filter those that are refused or unclear. Nothing is done unless \`dryRun\` is false. What is confirmed is never sent again.`,
        body: repair,
        response: {
          200: z.object({
            dryRun: z.boolean(),
            items: z.array(outcome),
            more: z.boolean().describe('The filter has more than these'),
          }),
        },
      },
    },
    async (req) => {
      const { action, keys, filter, didNotArrive, note, dryRun } = req.body;
      if ((keys === undefined) === (filter === undefined))
        throw invalid('keys or filter: one of them is needed.', 'Name the effects, or say which by a filter.');
      if (didNotArrive && action !== 'retry')
        throw invalid('didNotArrive: only a retry asks for it.', 'To leave it at that, give it up.');
      const { now: _, ...by } = byCaller(req, context);
      const { phase, ...rest } = filter ?? {};
      const chosen =
        keys ??
        (await inTransaction(deps.store, (tx) =>
          effectKeys(tx, { ...rest, phases: phase ? [phase] : ['refused', 'unclear'] }, MAX_LIMIT + 1),
        ));
      const items: z.input<typeof outcome>[] = [];
      for (const key of chosen.slice(0, MAX_LIMIT)) {
        const before = await inTransaction(deps.store, (tx) => readEffect(tx, deps.store.vault, key));
        if (!before) throw notFound(`effect ${key}`, 'GET /api/v1/effects lists them.');
        const decision = dryRun
          ? planRepair(deps, before.effect, { action, didNotArrive }, before.payload !== null)
          : await repairEffect(deps, key, { action, didNotArrive, note, ...by });
        items.push({ effect: before.effect, does: decision.kind, sentence: sentenceOf(decision) });
      }
      return { dryRun, items, more: chosen.length > MAX_LIMIT };
    },
  );
}
