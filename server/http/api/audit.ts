import { z } from 'zod';
import { inTransaction, listAudit } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { type Api, asPage, badCursor, pageOf, pageQuery, readCursor } from './api.ts';
import { iso } from './schemas.ts';

export const auditEntry = z
  .object({
    id: z.number(),
    at: iso,
    actor: z.string(),
    door: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.unknown(),
  })
  .meta({ id: 'AuditEntry' });

export function auditRoutes(api: Api, { deps }: HttpContext): void {
  api.get(
    '/audit',
    {
      schema: {
        tags: ['operation'],
        summary: 'Who changed what, newest first',
        querystring: pageQuery.extend({ subject: z.string().optional() }),
        response: { 200: pageOf(auditEntry) },
      },
    },
    async ({ query: { limit, after, subject } }) => {
      const before = after === undefined ? undefined : Number(readCursor(after)?.[0]);
      if (before !== undefined && !Number.isSafeInteger(before)) throw badCursor();
      const rows = await inTransaction(deps.store, (tx) => listAudit(tx, { subject, before, limit: limit + 1 }));
      return asPage(rows, limit, ({ id }) => [String(id)]);
    },
  );
}
