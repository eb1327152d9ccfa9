import { inArray } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { subscription } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** The running billing period of every paid subscription: account → product → period. */
export async function readActivePeriods(tx: Tx): Promise<Map<string, Record<string, { start: Iso; end: Iso }>>> {
  const { account, product, periodStart, periodEnd, status } = subscription;
  const rows = await tx
    .select({ account, product, start: periodStart, end: periodEnd })
    .from(subscription)
    .where(inArray(status, ['active', 'past_due']));
  const periods = new Map<string, Record<string, { start: Iso; end: Iso }>>();
  for (const { account: id, product: of, start, end } of rows)
    periods.set(id, { ...periods.get(id), [of]: { start, end } });
  return periods;
}
