import { z } from 'zod';
import { inTransaction, type JourneyRow, pageJourneys } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { type Api, asPage, pageOf, pageQuery, readAtCursor } from './api.ts';
import { journey } from './schemas.ts';

const STATUSES = ['running', 'upgraded', 'not_upgraded', 'suppressed', 'withdrawn'] satisfies JourneyRow['status'][];

export function journeyRoutes(api: Api, { deps }: HttpContext): void {
  api.get(
    '/journeys',
    {
      schema: {
        tags: ['journeys'],
        summary: 'Journeys, newest first',
        querystring: pageQuery.extend({
          account: z.string().optional(),
          product: z.string().optional(),
          status: z.enum(STATUSES).optional(),
        }),
        response: { 200: pageOf(journey) },
      },
    },
    async ({ query: { limit, after, ...filter } }) => {
      const page = { ...filter, after: readAtCursor(after), limit: limit + 1 };
      const rows = await inTransaction(deps.store, (tx) => pageJourneys(tx, page));
      return asPage(rows, limit, ({ startedAt, id }) => [startedAt, id]);
    },
  );
}
