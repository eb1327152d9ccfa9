import { and, desc, eq } from 'drizzle-orm';
import type { Iso, TriggerEvent } from '../domain/model.ts';
import type { DecisionRow } from './decisions.ts';
import type { EffectView } from './effects/rows.ts';
import { decision, effect, touch, triggerEvent } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { toTriggerEvent } from './triggers.ts';

export type WhyEntry =
  | { kind: 'event'; at: Iso; event: TriggerEvent }
  | { kind: 'decision'; at: Iso; decision: DecisionRow }
  | { kind: 'effect'; at: Iso; effect: EffectView; engagedAt: Iso | null };

/**
 * Why an account got what it got, and why not: trigger events, near misses, decisions and effects, oldest first.
 * @param filter `trigger`: only what belongs to trigger events of that name, and its near misses
 */
export async function why(
  tx: Tx,
  account: string,
  filter: { trigger?: string; limit?: number } = {},
): Promise<WhyEntry[]> {
  const { trigger, limit = 500 } = filter;
  const events = await tx
    .select()
    .from(triggerEvent)
    .where(
      and(eq(triggerEvent.account, account), trigger === undefined ? undefined : eq(triggerEvent.trigger, trigger)),
    )
    .orderBy(desc(triggerEvent.occurredAt))
    .limit(limit);
  const decisions = await tx
    .select()
    .from(decision)
    .where(eq(decision.account, account))
    .orderBy(desc(decision.at), desc(decision.id))
    .limit(limit);
  const effects = await tx
    .select({ effect, engagedAt: touch.engagedAt })
    .from(effect)
    .leftJoin(touch, eq(touch.effectKey, effect.key))
    .where(eq(effect.account, account))
    .orderBy(desc(effect.claimedAt))
    .limit(limit);

  const ids = new Set(events.map((event) => event.id));
  const belongs = (row: { trigger?: string | null; triggerEventId: string | null }) =>
    trigger === undefined || row.trigger === trigger || (row.triggerEventId !== null && ids.has(row.triggerEventId));
  const entries: WhyEntry[] = [
    ...events.map((row) => ({ kind: 'event' as const, at: row.occurredAt, event: toTriggerEvent(row) })),
    ...decisions.filter(belongs).map((row) => ({ kind: 'decision' as const, at: row.at, decision: row })),
    ...effects
      .filter((row) => belongs(row.effect))
      .map(({ effect: { payload: _, ...view }, engagedAt }) => {
        return { kind: 'effect' as const, at: view.claimedAt, effect: view, engagedAt };
      }),
  ];
  return entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
