import { z } from 'zod';
import type { HttpContext, PushedRow } from '../context.ts';
import type { Api } from './api.ts';

export const MAX_ROWS = 1_000;
const SOURCE = 'api';

const time = z.iso.datetime({ offset: true });
const reading = z.strictObject({
  type: z.literal('reading').default('reading'),
  account: z.string().min(1).max(200),
  product: z.string().min(1).max(100),
  metric: z.string().min(1).max(100),
  observedAt: time.describe('When it was so, ISO 8601'),
  used: z.number().nonnegative(),
  limit: z.number().positive().nullish().describe('Null: unlimited. Counts where the plan says `from: reading`'),
  periodStart: time.nullish(),
  periodEnd: time.nullish(),
  id: z.string().min(1).max(200).optional().describe('Your id of the row: the same id is the same fact'),
});
const fact = z.strictObject({
  type: z.literal('fact'),
  account: z.string().min(1).max(200),
  fact: z.string().min(1).max(100),
  value: z.union([z.number(), z.string().max(1_000), z.boolean()]),
});

const { $schema: _, ...rowShape } = z.toJSONSchema(z.union([reading, fact]), { io: 'input' });

export function usageRoutes(api: Api, { ingestReadings }: HttpContext): void {
  api.post(
    '/usage',
    {
      schema: {
        tags: ['usage'],
        summary: 'Take in readings and facts',
        description: `At most ${MAX_ROWS} rows. A bad row is answered with its index and the reason; the good ones are kept.`,
        body: z.object({ rows: z.array(z.unknown().meta(rowShape)).max(MAX_ROWS) }),
        response: {
          200: z.object({
            stored: z.number().describe('Rows that were new'),
            rejected: z.array(z.object({ index: z.number().describe('From 0'), reason: z.string() })),
          }),
        },
      },
    },
    async ({ body: { rows } }) => {
      const good: { index: number; row: PushedRow }[] = [];
      const rejected: { index: number; reason: string }[] = [];
      for (const [index, row] of rows.entries()) {
        const read = readRow(row);
        if ('reason' in read) rejected.push({ index, reason: read.reason });
        else good.push({ index, row: read.row });
      }
      if (good.length === 0) return { stored: 0, rejected };
      const answer = await ingestReadings(
        SOURCE,
        good.map(({ row }) => row),
      );
      for (const { index, reason } of answer.rejected) rejected.push({ index: good[index]?.index ?? index, reason });
      return { stored: answer.stored, rejected: rejected.sort((a, b) => a.index - b.index) };
    },
  );
}

function readRow(row: unknown): { row: PushedRow } | { reason: string } {
  const isFact = typeof row === 'object' && row !== null && 'type' in row && row.type === 'fact';
  const read = (isFact ? fact : reading).safeParse(row);
  if (!read.success) return { reason: read.error.issues.map(sentence).join('; ') };
  const { data } = read;
  if (data.type === 'fact') return { row: data };
  return {
    row: {
      ...data,
      observedAt: inUtc(data.observedAt),
      ...(data.periodStart ? { periodStart: inUtc(data.periodStart) } : {}),
      ...(data.periodEnd ? { periodEnd: inUtc(data.periodEnd) } : {}),
    },
  };
}

function sentence({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function inUtc(time: string): string {
  return new Date(time).toISOString();
}
