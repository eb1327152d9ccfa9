import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { iso } from './columns.ts';

/** Which outcome went to which usage source in which batch: assigned before the batch is sent, so that no outcome is in two. */
export const writeBack = pgTable(
  'write_back',
  { connection: text().notNull(), outcomeId: text().notNull(), batch: text().notNull(), at: iso().notNull() },
  (t) => [primaryKey({ columns: [t.connection, t.outcomeId] }), index().on(t.batch)],
);
