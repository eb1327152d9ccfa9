import { type ErrorOrigin, UnexpectedResponseError } from './errors.ts';

/**
 * Pages until `next` is null. A vendor that hands out a cursor it gave before would keep us for ever: that is an
 * UnexpectedResponseError.
 */
export async function* paginate<Items, Cursor extends string | number>(
  origin: ErrorOrigin,
  readPage: (cursor: Cursor | null) => Promise<{ items: Items; next: Cursor | null }>,
): AsyncGenerator<Items> {
  const seen = new Set<Cursor>();
  let cursor: Cursor | null = null;
  do {
    const page: { items: Items; next: Cursor | null } = await readPage(cursor);
    yield page.items;
    cursor = page.next;
    if (cursor !== null && seen.has(cursor)) {
      throw new UnexpectedResponseError(`the cursor ${String(cursor)} came twice`, origin);
    }
    if (cursor !== null) seen.add(cursor);
  } while (cursor !== null);
}

/** Cuts a list into pieces of at most `size`, for bulk calls. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}
