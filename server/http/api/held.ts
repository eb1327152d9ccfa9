import { z } from 'zod';
import { inTransaction, listHeld, releaseHeld } from '../../../store/index.ts';
import { byCaller } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Api, MAX_LIMIT } from './api.ts';
import { heldBatch } from './schemas.ts';

export function heldRoutes(api: Api, context: HttpContext): void {
  const { deps } = context;
  api.get(
    '/held',
    {
      schema: {
        tags: ['operation'],
        summary: 'Sweeps in which unusually many triggers came true',
        description: `The oldest ${MAX_LIMIT}; nothing is done about their events until a person releases them.`,
        response: { 200: z.object({ items: z.array(heldBatch) }) },
      },
    },
    async () => ({ items: (await inTransaction(deps.store, listHeld)).slice(0, MAX_LIMIT) }),
  );

  api.post(
    '/held/:batch/release',
    {
      schema: {
        tags: ['operation'],
        summary: 'Let the events of a batch go',
        params: z.object({ batch: z.string() }),
        response: { 200: z.object({ batch: z.string(), events: z.number() }) },
      },
    },
    async (request) => {
      const { batch } = request.params;
      const by = byCaller(request, context);
      const events = await inTransaction(deps.store, (tx) => releaseHeld(tx, batch, by));
      if (events === null) throw notFound(`held batch ${batch}`, 'GET /api/v1/held lists those that are held.');
      return { batch, events };
    },
  );
}
