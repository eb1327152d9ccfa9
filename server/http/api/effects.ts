import { z } from 'zod';
import { inTransaction, pageEffects, readEffect, settleByHand } from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { HttpError, notFound } from '../errors.ts';
import { type Api, asPage, pageOf, pageQuery, readAtCursor } from './api.ts';
import { effect, effectFilter } from './schemas.ts';

export function effectRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/effects',
    {
      schema: {
        tags: ['effects'],
        summary: 'Outward changes, newest first',
        querystring: pageQuery.extend(effectFilter.shape),
        response: { 200: pageOf(effect) },
      },
    },
    async ({ query: { limit, after, phase, ...filter } }) => {
      const page = { ...filter, phases: phase && [phase], after: readAtCursor(after), limit: limit + 1 };
      const rows = await inTransaction(deps.store, (tx) => pageEffects(tx, page));
      return asPage(rows, limit, ({ claimedAt, key }) => [claimedAt, key]);
    },
  );

  api.post(
    '/effects/:key/settle',
    {
      schema: {
        tags: ['effects'],
        summary: 'Say what became of an unclear effect, after a look at the vendor',
        params: z.object({ key: z.string() }),
        body: z.object({
          outcome: z.enum(['confirmed', 'refused']).describe('It happened, or it did not'),
          note: z.string().min(1).max(1_000).describe('What was seen, and where'),
        }),
        response: { 200: effect },
      },
    },
    async (request) => {
      const { key } = request.params;
      const by = byCaller(request, context);
      return await inTransaction(deps.store, async (tx) => {
        const before = await readEffect(tx, deps.store.vault, key);
        if (before === null)
          throw notFound(`effect ${key}`, 'GET /api/v1/effects?phase=unclear lists those to settle.');
        const input = { ...by, ...request.body, wireNow: deps.wireNow() };
        if (!(await settleByHand(tx, key, input))) {
          throw new HttpError(
            409,
            'not_unclear',
            `The effect is ${before.effect.phase}; only an unclear one can be settled.`,
            'GET /api/v1/effects?phase=unclear lists those to settle.',
          );
        }
        const after = await readEffect(tx, deps.store.vault, key);
        return (after ?? before).effect;
      });
    },
  );
}
