import { and, eq, inArray } from 'drizzle-orm';
import type { Iso } from '../../domain/model.ts';
import type { TouchDecision } from '../../domain/touch/types.ts';
import { lock } from '../locks.ts';
import { effect, touch } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import { type Decide, keepVerdict } from './claim.ts';
import { loadTouchFacts, type TouchFactsRequest } from './facts.ts';
import { withdraw } from './outcomes.ts';
import { lockEffect } from './rows.ts';

export type Rejudged =
  /** Begin an attempt with `judged`. */
  | { kind: 'send' }
  | Extract<TouchDecision, { kind: 'wait' }>
  | { kind: 'withdrawn'; reason: string }
  /** It is no longer in `claimed`. */
  | { kind: 'moved_on' };

/**
 * Judges an effect that died before its first byte again, by fresh facts under the same locks: a no ends it and frees
 * the slot, a wait moves its time, a yes lets the stored bytes go.
 */
export async function rejudge(
  tx: Tx,
  key: string,
  context: Pick<TouchFactsRequest, 'mode' | 'now' | 'companyTimezone' | 'unreadable'> & { wireNow: number },
  decide: Decide,
): Promise<Rejudged> {
  const [seen] = await tx
    .select({ account: effect.account, person: effect.person })
    .from(effect)
    .where(eq(effect.key, key));
  if (!seen) throw new Error(`no effect ${key}`);
  await lock(tx, { accounts: [seen.account], persons: seen.person === null ? [] : [seen.person] });
  const row = await lockEffect(tx, key);
  if (row.phase !== 'claimed') return { kind: 'moved_on' };

  const verdict = decide(await loadTouchFacts(tx, { ...row, ...context, effectKey: key }));
  if (verdict.kind === 'send' && !verdict.shadow) {
    if (row.touch) await retakeSlot(tx, key, context.now);
    return { kind: 'send' };
  }
  if (verdict.kind === 'wait') {
    await keepVerdict(tx, { ...row, now: context.now }, verdict);
    await tx.update(effect).set({ notBefore: verdict.until, updatedAt: context.now }).where(eq(effect.key, key));
    return verdict;
  }
  const reason = verdict.kind === 'suppress' ? verdict.reason : 'shadow';
  await withdraw(tx, key, { now: context.now, wireNow: context.wireNow, reason });
  return { kind: 'withdrawn', reason };
}

/** A touch that was refused gave its slot back; sent after all, it takes one of now. */
async function retakeSlot(tx: Tx, key: string, now: Iso): Promise<void> {
  await tx
    .update(touch)
    .set({ state: 'reserved', at: now, releasedReason: null })
    .where(and(eq(touch.effectKey, key), inArray(touch.state, ['released', 'unclear'])));
}
