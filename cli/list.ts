import { z } from 'zod';
import type { Cli } from './cli.ts';
import type { Hub, Query } from './hub.ts';

/** More than this, and the hub refuses the page. */
const PAGE = 200;

export interface List<T> {
  items: T[];
  /** There are more than were asked for. */
  more: boolean;
}

/** The first rows of a list, page by page. */
export async function readList<T>(
  hub: Hub,
  route: string,
  item: z.ZodType<T>,
  query: Query & { limit: number },
): Promise<List<T>> {
  const answer = z.object({ items: z.array(item), next: z.string().nullable() });
  const items: T[] = [];
  let after: string | undefined;
  do {
    const limit = Math.min(PAGE, query.limit - items.length);
    const page = await hub.get(route, answer, { ...query, limit, after });
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined && items.length < query.limit);
  return { items, more: after !== undefined };
}

/** On standard error, so that the table or JSON stays what it is. */
export function tellOfMore(cli: Cli, { items, more }: List<unknown>): void {
  if (more) cli.err(`These are the first ${items.length}; --limit shows more.`);
}
