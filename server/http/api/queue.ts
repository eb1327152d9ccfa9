import { z } from 'zod';
import {
  inTransaction,
  listHeld,
  listLinkProblems,
  listParked,
  listUnclear,
  outboxBacklog,
  recordAudit,
  replay,
} from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Api, MAX_LIMIT } from './api.ts';
import { effect, heldBatch, iso, parked } from './schemas.ts';

const linkProblem = z
  .object({
    kind: z.enum(['unlinked', 'doubled']),
    connection: z.string(),
    externalIds: z.array(z.string()),
    account: z.string().nullable(),
    label: z.string().nullable(),
  })
  .meta({ id: 'LinkProblem' });

export function queueRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/queue',
    {
      schema: {
        tags: ['operation'],
        summary: 'What waits, and for whom',
        description: `At most ${MAX_LIMIT} of each list.`,
        response: {
          200: z.object({
            held: z.array(heldBatch).describe('Sweeps with unusually many triggers: for a person to release'),
            outbox: z.object({ waiting: z.number(), oldest: iso.nullable() }),
            parked: z.array(parked).describe('Vendor events that could not be handled: repair and replay'),
            unclear: z.array(effect).describe('May have happened; look at the vendor and settle'),
            linkProblems: z.array(linkProblem).describe('Records that name no account, or the same one twice'),
          }),
        },
      },
    },
    async () =>
      await inTransaction(deps.store, async (tx) => ({
        held: (await listHeld(tx)).slice(0, MAX_LIMIT),
        outbox: await outboxBacklog(tx),
        parked: await listParked(tx, MAX_LIMIT),
        unclear: await listUnclear(tx, MAX_LIMIT),
        linkProblems: await listLinkProblems(tx, MAX_LIMIT),
      })),
  );

  api.post(
    '/queue/inbox/:id/replay',
    {
      schema: {
        tags: ['operation'],
        summary: 'Handle a parked vendor event again',
        params: z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
        response: { 200: z.object({ replayed: z.literal(true) }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { now: at, ...by } = byCaller(request, context);
      const done = await inTransaction(deps.store, async (tx) => {
        if (!(await replay(tx, id, deps.wireNow()))) return false;
        await recordAudit(tx, { ...by, at, action: 'inbox.replayed', subject: String(id), detail: null });
        return true;
      });
      if (!done) throw notFound(`parked event ${id}`, 'GET /api/v1/queue lists the parked ones.');
      return { replayed: true as const };
    },
  );
}
