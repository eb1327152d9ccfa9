import { sql } from 'drizzle-orm';
import { lockRow } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/**
 * The order of locks, everywhere: accounts, then persons, then budgets, ids sorted, then the rows themselves. The lock
 * rows have no foreign keys, so that an insert elsewhere never waits on them.
 */
export interface Locks {
  accounts?: string[];
  persons?: string[];
  budgets?: string[];
}

export async function lock(tx: Tx, locks: Locks): Promise<void> {
  await lockScope(tx, 'account', locks.accounts ?? []);
  await lockScope(tx, 'person', locks.persons ?? []);
  await lockScope(tx, 'budget', locks.budgets ?? []);
}

async function lockScope(tx: Tx, scope: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const wanted = sql.param([...new Set(ids)].sort());
  await tx.execute(sql`
    insert into ${lockRow} (scope, id) select ${scope}, id from unnest(${wanted}::text[]) as id order by id collate "C"
    on conflict do nothing`);
  await tx.execute(sql`
    select 1 from ${lockRow} where scope = ${scope} and id = any(${wanted}::text[])
    order by id collate "C" for no key update`);
}
