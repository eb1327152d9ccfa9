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
  const wanted = [
    ...inOrder('account', locks.accounts),
    ...inOrder('person', locks.persons),
    ...inOrder('budget', locks.budgets),
  ];
  if (wanted.length === 0) return;
  const scopes = sql.param(wanted.map(({ scope }) => scope));
  const ids = sql.param(wanted.map(({ id }) => id));
  const rows = sql`unnest(${scopes}::text[], ${ids}::text[]) with ordinality as wanted (scope, id, place)`;
  // Almost always they are there already. If not, none may be locked yet: those that are missing could come earlier.
  const taken = await tx.execute(sql`
    select 1 from ${rows} join ${lockRow} using (scope, id)
     where (select count(*) from ${rows} join ${lockRow} as there using (scope, id)) = ${wanted.length}
     order by place for no key update of ${lockRow}`);
  if (taken.rowCount === wanted.length) return;
  await tx.execute(sql`
    insert into ${lockRow} (scope, id) select scope, id from ${rows} order by place on conflict do nothing`);
  await tx.execute(sql`
    select 1 from ${rows} join ${lockRow} using (scope, id) order by place for no key update of ${lockRow}`);
}

/** As "C" collates: every caller must come to the same order. */
function inOrder(scope: string, ids: string[] = []): { scope: string; id: string }[] {
  const sorted = [...new Set(ids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return sorted.map((id) => ({ scope, id }));
}
