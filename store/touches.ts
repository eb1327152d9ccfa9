import { and, desc, eq, lt } from 'drizzle-orm';
import type { Iso, Touch } from '../domain/model.ts';
import { touch } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Newest first. @param filter `before`: time of the last one seen */
export async function listTouches(
  tx: Tx,
  filter: { account?: string; person?: string; triggerEventId?: string; before?: Iso; limit?: number },
): Promise<Touch[]> {
  const rows = await tx
    .select()
    .from(touch)
    .where(
      and(
        filter.account === undefined ? undefined : eq(touch.account, filter.account),
        filter.person === undefined ? undefined : eq(touch.person, filter.person),
        filter.triggerEventId === undefined ? undefined : eq(touch.triggerEventId, filter.triggerEventId),
        filter.before === undefined ? undefined : lt(touch.at, filter.before),
      ),
    )
    .orderBy(desc(touch.at), touch.effectKey)
    .limit(filter.limit ?? 100);
  return rows.map(({ releasedReason: _, ...row }) => row);
}

export async function findTouch(tx: Tx, effectKey: string): Promise<Touch | null> {
  const [row] = await tx.select().from(touch).where(eq(touch.effectKey, effectKey));
  if (!row) return null;
  const { releasedReason: _, ...found } = row;
  return found;
}
