import { z } from 'zod';
import {
  findInbox,
  inTransaction,
  listAudit,
  listParked,
  type ParkedRow,
  recordAudit,
  replay,
  skip,
} from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { invalid, notFound } from '../errors.ts';
import { type Api, MAX_LIMIT } from './api.ts';
import { auditEntry } from './audit.ts';
import { iso, parked } from './schemas.ts';

const filter = z.object({
  source: z.string().optional().describe('The connection that it came through'),
  type: z.string().optional(),
  object: z.string().optional(),
});

const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

const detail = z
  .object({
    event: parked.omit({ behind: true }).extend({
      eventId: z.string().describe("The vendor's"),
      state: z.enum(['new', 'taken', 'done', 'parked']),
      body: z.unknown().describe('What was taken from the delivery'),
      doneAt: iso.nullable(),
      skipped: z.string().nullable().describe('Why a person passed over it'),
    }),
    audit: z.array(auditEntry),
  })
  .meta({ id: 'InboxEvent' });

const repair = z.object({
  action: z.enum(['replay', 'skip']),
  ids: z.array(id).min(1).max(MAX_LIMIT).optional().describe('These; else the parked ones of `filter`'),
  filter: filter.optional(),
  reason: z.string().min(1).max(1_000).describe('What was mended, or why it need not be handled; for the audit'),
  dryRun: z.boolean().default(true).describe('True: only say what would be done'),
});

const outcome = z
  .object({ event: parked, does: z.enum(['replay', 'skip', 'no']), sentence: z.string() })
  .meta({ id: 'InboxRepair' });

export function inboxRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/inbox',
    {
      schema: {
        tags: ['operation'],
        summary: 'Vendor events that could not be handled, oldest first',
        description: `At most ${MAX_LIMIT}. Each holds up later events of its object, and nothing else.`,
        querystring: filter,
        response: { 200: z.object({ items: z.array(parked) }) },
      },
    },
    async ({ query }) => ({ items: await inTransaction(deps.store, (tx) => listParked(tx, MAX_LIMIT, query)) }),
  );

  api.get(
    '/inbox/:id',
    {
      schema: {
        tags: ['operation'],
        summary: 'One vendor event, with what people did about it',
        params: z.object({ id }),
        response: { 200: detail },
      },
    },
    async ({ params }) =>
      await inTransaction(deps.store, async (tx) => {
        const event = await findInbox(tx, params.id);
        if (!event) throw notFound(`event ${params.id}`, 'GET /api/v1/inbox lists the parked ones.');
        return { event, audit: await listAudit(tx, { subject: subjectOf(params.id) }) };
      }),
  );

  api.post(
    '/inbox/repair',
    {
      schema: {
        tags: ['operation'],
        summary: 'Handle parked vendor events again, or pass over them, one by one or by a filter',
        description: `At most ${MAX_LIMIT} at a time, oldest first. Nothing is done unless \`dryRun\` is false. Later events of the same object follow in their order.`,
        body: repair,
        response: { 200: z.object({ dryRun: z.boolean(), items: z.array(outcome), more: z.boolean() }) },
      },
    },
    async (request) => {
      const { action, ids, filter: which, reason, dryRun } = request.body;
      if ((ids === undefined) === (which === undefined))
        throw invalid('ids or filter: one of them is needed.', 'Name the events, or say which by a filter.');
      const { now: at, ...by } = byCaller(request, context);
      return await inTransaction(deps.store, async (tx) => {
        const all = ids ? [] : await listParked(tx, MAX_LIMIT + 1, which);
        const rows: ParkedRow[] = all.slice(0, MAX_LIMIT);
        for (const one of ids ?? []) {
          const row = await findInbox(tx, one);
          if (!row) throw notFound(`event ${one}`, 'GET /api/v1/inbox lists the parked ones.');
          const [waiting] = await listParked(tx, 1, { source: row.source, object: row.object });
          rows.push({ ...row, behind: waiting?.id === row.id ? waiting.behind : 0 });
        }
        const items: z.input<typeof outcome>[] = [];
        for (const event of rows) {
          const done = event.state === 'parked' && (dryRun || (await carryOut(event.id)));
          if (done && !dryRun) {
            const entry = { ...by, at, subject: subjectOf(event.id), detail: { reason } };
            await recordAudit(tx, { ...entry, action: action === 'replay' ? 'inbox.replayed' : 'inbox.skipped' });
          }
          items.push({ event, does: done ? action : 'no', sentence: done ? SENTENCES[action] : 'It is not parked.' });
        }
        return { dryRun, items, more: all.length > MAX_LIMIT };

        function carryOut(event: number): Promise<boolean> {
          return action === 'replay' ? replay(tx, event, deps.wireNow()) : skip(tx, event, { reason, now: at });
        }
      });
    },
  );
}

/** As the audit names it. */
function subjectOf(event: number): string {
  return String(event);
}

const SENTENCES = {
  replay: 'Handled again; later events of its object follow.',
  skip: 'Passed over; later events of its object follow.',
};
