import { desc, eq, sql } from 'drizzle-orm';
import { type decision, decision as decisions } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export type DecisionRow = typeof decision.$inferSelect;
export type NewDecision = Omit<typeof decision.$inferInsert, 'id' | 'lastAt'>;

/** Keeps a yes, no or not-yet with its reason. The same answer again (same `dedupe`) only moves `lastAt`. */
export async function recordDecision(tx: Tx, row: NewDecision): Promise<void> {
  await tx
    .insert(decisions)
    .values({ ...row, lastAt: row.at })
    .onConflictDoUpdate({
      target: decisions.dedupe,
      set: {
        lastAt: sql`excluded.last_at`,
        detail: sql`excluded.detail`,
        until: sql`excluded.until`,
        numbers: sql`excluded.numbers`,
      },
    });
}

/** What was decided about one effect, the newest first. */
export async function listVerdicts(tx: Tx, effectKey: string, limit = 50): Promise<DecisionRow[]> {
  return tx
    .select()
    .from(decisions)
    .where(eq(decisions.effectKey, effectKey))
    .orderBy(desc(decisions.lastAt), desc(decisions.id))
    .limit(limit);
}
