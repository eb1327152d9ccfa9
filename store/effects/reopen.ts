import { and, eq, inArray } from 'drizzle-orm';
import type { Errand } from '../../domain/errand.ts';
import type { EffectPhase, Iso } from '../../domain/model.ts';
import { errandWorkflowId } from '../../domain/workflow-ids.ts';
import { enqueue } from '../outbox.ts';
import { effect } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import type { EffectView } from './rows.ts';

/**
 * Lets an effect that ended without having happened begin anew, under the same key: its next attempt is judged first.
 * Only from where the caller saw it, so that of two people who ask for it one does nothing.
 * @returns false when it has moved on
 */
export async function reopen(
  tx: Tx,
  seen: Pick<EffectView, 'key' | 'attempt'>,
  { from, now, wireNow }: { from: EffectPhase[]; now: Iso; wireNow: number },
): Promise<boolean> {
  const result = await tx
    .update(effect)
    .set({
      phase: 'claimed',
      reason: null,
      result: null,
      notBefore: null,
      finishedAt: null,
      updatedAt: now,
      wireUpdatedAt: wireNow,
    })
    .where(and(eq(effect.key, seen.key), eq(effect.attempt, seen.attempt), inArray(effect.phase, from)));
  return result.rowCount === 1;
}

/** Sends somebody after an effect whose journey no longer minds it. Asked twice about the same attempt, one goes. */
export async function sendAfter(
  tx: Tx,
  seen: Pick<EffectView, 'key' | 'attempt' | 'idempotencyKey'>,
  { resendIfUnknown, now }: { resendIfUnknown: boolean; now: Iso },
): Promise<void> {
  const errand: Errand = { kind: 'effect_again', key: seen.key, resendIfUnknown };
  const about = ['effect', seen.idempotencyKey, seen.attempt, ...(resendIfUnknown ? ['resend'] : [])];
  await enqueue(tx, [{ kind: 'errand', target: errandWorkflowId(about.join(':')), body: errand }], now);
}
