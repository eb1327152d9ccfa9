import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import type { Store } from './open.ts';
import type * as schema from './schema/index.ts';

/** An open transaction. Repository functions take it first; only `inTransaction` makes one. */
export type Tx = PgTransaction<NodePgQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;

/**
 * Runs `work` in one transaction (read committed) and commits when it returns.
 * No network call inside: every lock taken is held until the end.
 */
export function inTransaction<T>(store: Store, work: (tx: Tx) => Promise<T>): Promise<T> {
  return store.db.transaction(work);
}
