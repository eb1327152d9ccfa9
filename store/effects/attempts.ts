import { and, eq, inArray, sql } from 'drizzle-orm';
import { type AttemptAnswer, withNote } from '../../domain/effect/attempt-notes.ts';
import type { Iso, Json } from '../../domain/model.ts';
import { jsonText } from '../schema/columns.ts';
import { effect } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import type { Vault } from '../vault.ts';
import { type EffectView, lockEffect, openEffect } from './rows.ts';

export type Attempt =
  /** Nothing can have left yet: send the stored bytes. */
  | { kind: 'send'; attempt: number; payload: Json; effect: EffectView }
  /** An earlier attempt may have had its effect: look at the vendor first. */
  | { kind: 'look'; attempt: number; payload: Json; effect: EffectView }
  /** An earlier attempt died before its first byte: `rejudge`, then begin again with `judged`. */
  | { kind: 'judge_again'; effect: EffectView }
  /** An earlier attempt may still be under way, or the effect waits for its time. */
  | { kind: 'wait'; untilWireMs: number; effect: EffectView }
  /** Confirmed, refused, withdrawn or unclear: nothing to do. */
  | { kind: 'finished'; effect: EffectView };

export interface BeginAttempt {
  now: Iso;
  wireNow: number;
  /** Of the call that follows; at least 5 s shorter than the activity's own timeout. */
  timeoutMs: number;
  /** True right after `claimEffect` or a `rejudge` that said send. */
  judged: boolean;
  /** The vendor itself tells two attempts apart by our key: an earlier one need not be waited for. */
  keptApart?: boolean;
  /** Upkeep: look at an unclear effect once more. */
  settleUnclear?: boolean;
}

/**
 * Numbers a new attempt and writes its deadline. An earlier attempt whose deadline plus settle time is not over may
 * still commit at the vendor: then the answer is `wait`. An older attempt that is overtaken fails at `markSending`.
 */
export async function beginAttempt(tx: Tx, vault: Vault, key: string, input: BeginAttempt): Promise<Attempt> {
  const row = await lockEffect(tx, key);
  const { effect: view, payload } = openEffect(vault, row);
  const looking = row.phase === 'sending' || (row.phase === 'unclear' && input.settleUnclear === true);
  if (row.phase !== 'claimed' && !looking) return { kind: 'finished', effect: view };
  if (looking && !input.keptApart) {
    const untilWireMs = (row.wireDeadlineAt ?? 0) + row.settleMs;
    if (input.wireNow < untilWireMs) return { kind: 'wait', untilWireMs, effect: view };
  }
  if (!looking && !input.judged) return { kind: 'judge_again', effect: view };
  if (payload === null) throw new Error(`the payload of effect ${key} is erased`);
  const attempt = row.attempt + 1;
  const deadline = input.wireNow + input.timeoutMs;
  const kind = looking ? 'look' : 'send';
  const note = { attempt, kind, at: input.now, wireAt: input.wireNow, firstByteAt: null, answer: null } as const;
  await tx
    .update(effect)
    .set({
      attempt,
      attempts: withNote(row.attempts, note),
      wireDeadlineAt: deadline,
      notBefore: null,
      updatedAt: input.now,
      wireUpdatedAt: input.wireNow,
    })
    .where(eq(effect.key, key));
  return { kind, attempt, payload, effect: { ...view, attempt, wireDeadlineAt: deadline } };
}

/** A newer attempt has taken over, or the effect was ended: this one must not write a byte. */
export class StaleAttemptError extends Error {
  constructor(key: string, attempt: number) {
    super(`attempt ${attempt} of effect ${key} was overtaken`);
    this.name = 'StaleAttemptError';
  }
}

/**
 * Written just before the first byte that can commit; commit this before sending.
 * @throws StaleAttemptError
 */
export async function markSending(
  tx: Tx,
  key: string,
  attempt: number,
  input: { now: Iso; wireNow: number },
): Promise<void> {
  const result = await tx
    .update(effect)
    .set({
      phase: 'sending',
      attempts: sql`jsonb_set(${effect.attempts}, '{-1,firstByteAt}', to_jsonb(${input.now}::text))`,
      updatedAt: input.now,
      wireUpdatedAt: input.wireNow,
    })
    .where(and(eq(effect.key, key), eq(effect.attempt, attempt), inArray(effect.phase, ['claimed', 'sending'])));
  if (result.rowCount === 0) throw new StaleAttemptError(key, attempt);
}

/** What the vendor answered to the newest attempt, for the person who may have to look into it. */
export async function noteAnswer(tx: Tx, key: string, attempt: number, answer: AttemptAnswer): Promise<void> {
  await tx
    .update(effect)
    .set({ attempts: withAnswer(answer) })
    .where(and(eq(effect.key, key), eq(effect.attempt, attempt)));
}

/**
 * The call of this attempt is over and nobody knows what came of it: from now on only the vendor may still be
 * committing, so that the next attempt need not wait for the deadline.
 */
export async function endAttempt(
  tx: Tx,
  key: string,
  attempt: number,
  { now, wireNow, answer }: { now: Iso; wireNow: number; answer?: AttemptAnswer },
): Promise<void> {
  await tx
    .update(effect)
    .set({
      wireDeadlineAt: wireNow,
      updatedAt: now,
      wireUpdatedAt: wireNow,
      ...(answer === undefined ? {} : { attempts: withAnswer(answer) }),
    })
    .where(and(eq(effect.key, key), eq(effect.attempt, attempt), inArray(effect.phase, ['claimed', 'sending'])));
}

export function withAnswer(answer: AttemptAnswer) {
  return sql`jsonb_set(${effect.attempts}, '{-1,answer}', ${jsonText(answer)}::jsonb)`;
}
