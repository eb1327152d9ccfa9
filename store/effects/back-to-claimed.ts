import { and, eq } from 'drizzle-orm';
import type { AttemptAnswer } from '../../domain/effect/attempt-notes.ts';
import type { Iso } from '../../domain/model.ts';
import { effect } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import { withAnswer } from './attempts.ts';

/**
 * The vendor answered that it did nothing (429, 401, a refusal before DATA): no byte of this attempt counts, so the
 * next one need not look for it. Only the newest attempt may say so.
 */
export async function backToClaimed(
  tx: Tx,
  key: string,
  attempt: number,
  { now, wireNow, answer }: { now: Iso; wireNow: number; answer?: AttemptAnswer },
): Promise<void> {
  await tx
    .update(effect)
    .set({
      phase: 'claimed',
      updatedAt: now,
      wireUpdatedAt: wireNow,
      ...(answer === undefined ? {} : { attempts: withAnswer(answer) }),
    })
    .where(and(eq(effect.key, key), eq(effect.attempt, attempt), eq(effect.phase, 'sending')));
}
