import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { invalid } from '../errors.ts';

/** An app whose routes are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export const MAX_LIMIT = 200;

/** Query of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50).describe('Rows of one page'),
  after: z.string().max(1_000).optional().describe('`next` of the page before'),
});

/** `next`: null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Ask for `after` this for the next page; null: there is none'),
  });
}

const cursorParts = z.array(z.string()).min(1).max(3);

/** Opaque to callers, so that what a list is ordered by may change. */
export function writeCursor(parts: string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

export function readCursor(cursor: string | undefined): string[] | null {
  if (cursor === undefined) return null;
  try {
    return cursorParts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw badCursor();
  }
}

const atAndId = z.tuple([z.iso.datetime(), z.string().min(1)]);

export function readAtCursor(cursor: string | undefined): { at: string; id: string } | null {
  const parts = readCursor(cursor);
  if (parts === null) return null;
  const read = atAndId.safeParse(parts);
  if (!read.success) throw badCursor();
  const [at, id] = read.data;
  return { at, id };
}

export function badCursor(): Error {
  return invalid('after: this is no cursor of this list.', 'Send back the `next` of the page before, unchanged.');
}

/**
 * A page of the `limit + 1` rows that were read: the one too many tells whether there is another page.
 * @param cursorOf what the next page starts after
 */
export function asPage<T>(
  rows: T[],
  limit: number,
  cursorOf: (row: T) => string[],
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(cursorOf(last)) : null };
}
