import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  closeIncidents,
  findAccount,
  inTransaction,
  listIncidents,
  openIncident,
  recordAudit,
} from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { invalid } from '../errors.ts';
import type { Api } from './api.ts';
import { incident } from './schemas.ts';

export function incidentRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/incidents',
    {
      schema: {
        tags: ['operation'],
        summary: 'Incidents, newest first; at most 200',
        querystring: z.object({ open: z.stringbool().default(true).describe('Only those that run') }),
        response: { 200: z.object({ items: z.array(incident) }) },
      },
    },
    async ({ query: { open } }) => ({ items: await inTransaction(deps.store, (tx) => listIncidents(tx, { open })) }),
  );

  api.post(
    '/incidents',
    {
      schema: {
        tags: ['operation'],
        summary: 'Open an incident, or close those of a scope',
        description: 'While one is open, nothing goes to the customers of its scope.',
        body: z.object({
          id: z.string().min(1).max(200).optional().describe('Yours; the same id again opens nothing new'),
          scope: z.string().min(1).max(200).describe('`all`, an account or a product'),
          state: z.enum(['open', 'closed']),
          note: z.string().max(1_000).optional(),
        }),
        response: { 200: z.object({ scope: z.string(), state: z.enum(['open', 'closed']), closed: z.number() }) },
      },
    },
    async (request) => {
      const { scope, state, note = null, id = `inc_${randomUUID()}` } = request.body;
      const { now, ...by } = byCaller(request, context);
      const products = Object.keys(deps.configs.current().config.products);
      return await inTransaction(deps.store, async (tx) => {
        if (scope !== 'all' && !products.includes(scope) && (await findAccount(tx, scope)) === null)
          throw invalid(
            `scope: ${scope} is no account and no product.`,
            `Use all, an account's id, or ${products.join(', ')}.`,
          );
        if (state === 'open') await openIncident(tx, { id, scope, note, startedAt: now });
        const closed = state === 'closed' ? await closeIncidents(tx, scope, now) : 0;
        await recordAudit(tx, {
          ...by,
          at: now,
          action: state === 'open' ? 'incident.opened' : 'incident.closed',
          subject: scope,
          detail: { id: state === 'open' ? id : null, note, closed },
        });
        return { scope, state, closed };
      });
    },
  );
}
