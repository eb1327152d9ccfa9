import { z } from 'zod';
import { inTransaction, pageAttribution, reportNumbers } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { type Api, asPage, pageOf, pageQuery, readAtCursor } from './api.ts';
import { attributionRow } from './schemas.ts';

const counts = z.record(z.string(), z.number());
const credit = attributionRow.omit({ id: true }).extend({ triggerEventId: z.string(), trigger: z.string() });

const report = z
  .object({
    clock: z.object({
      scale: z.number(),
      lagP95Hours: z.number().nullable().describe('Business hours between a due moment and the start of its work'),
    }),
    accounts: z.number(),
    triggerEvents: z.object({ byTrigger: counts, byStatus: counts }),
    touches: z.object({ byChannel: counts, confirmed: z.number(), suppressedByReason: counts }),
    confirmedByOperation: counts,
    trials: counts,
    upgrades: z.number(),
    contractions: z.number(),
    expansionAcvCents: z.int().describe('The sum of all credits and of what is unattributed'),
    attribution: z.object({
      credits: z.array(credit),
      unattributed: z.array(
        attributionRow.pick({ upgradeId: true, account: true, product: true, acvCents: true, reason: true }),
      ),
    }),
    effects: counts.describe('By phase'),
    journeys: counts,
  })
  .meta({ id: 'Report' });

export function revenueRoutes(api: Api, { deps, lagP95Hours }: HttpContext): void {
  api.get(
    '/attribution',
    {
      schema: {
        tags: ['revenue'],
        summary: 'Who gets the credit for which upgrade, newest first',
        querystring: pageQuery.extend({ account: z.string().optional() }),
        response: { 200: pageOf(attributionRow) },
      },
    },
    async ({ query: { limit, after, account } }) => {
      const page = { account, after: readAtCursor(after), limit: limit + 1 };
      const rows = await inTransaction(deps.store, (tx) => pageAttribution(tx, page));
      return asPage(rows, limit, ({ at, id }) => [at, String(id)]);
    },
  );

  api.get(
    '/report',
    { schema: { tags: ['revenue'], summary: 'The numbers over everything', response: { 200: report } } },
    async () => {
      const numbers = await inTransaction(deps.store, reportNumbers);
      return { clock: { scale: deps.clock.scale, lagP95Hours: lagP95Hours() }, ...numbers };
    },
  );
}
