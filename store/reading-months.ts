import { sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import type { Tx } from './transaction.ts';

/** Any fixed number: two transactions never make the same month at once. */
const MONTH_LOCK = 7_214_002;

/** Makes the monthly partitions that these moments need. */
export async function ensureReadingMonths(tx: Tx, moments: Iso[]): Promise<void> {
  const months = [...new Set(moments.map((at) => at.slice(0, 7)))].sort();
  const missing = await withoutPartition(tx, months);
  if (missing.length === 0) return;
  await tx.execute(sql`select pg_advisory_xact_lock(${MONTH_LOCK})`);
  for (const month of await withoutPartition(tx, missing)) {
    const name = sql.identifier(partitionName(month));
    const [from, to] = [`${month}-01`, `${following(month)}-01`];
    await tx.execute(sql`create table ${name} (like reading including all)`);
    // Attaching, unlike creating in place, lets others go on reading and writing the other months.
    await tx.execute(
      sql`alter table reading attach partition ${name} for values from (${sql.raw(`'${from}'`)}) to (${sql.raw(`'${to}'`)})`,
    );
  }
}

async function withoutPartition(tx: Tx, months: string[]): Promise<string[]> {
  if (months.length === 0) return [];
  // Not to_regclass: it answers from a cache that the wait for the advisory lock does not refresh.
  const result = await tx.execute<{ month: string }>(sql`
    select month from unnest(${sql.param(months)}::text[]) as month
     where not exists (select from pg_class where relnamespace = current_schema()::regnamespace
                          and relname = 'reading_' || replace(month, '-', '_'))
     order by month`);
  return result.rows.map((row) => row.month);
}

function partitionName(month: string): string {
  if (!/^\d{4}-\d{2}$/.test(month)) throw new Error(`not a month: ${month}`);
  return `reading_${month.replace('-', '_')}`;
}

function following(month: string): string {
  const first = new Date(`${month}-01T00:00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + 1);
  return first.toISOString().slice(0, 7);
}
