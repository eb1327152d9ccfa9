import { and, eq, inArray } from 'drizzle-orm';
import type { EffectPhase, Iso, Json } from '../../domain/model.ts';
import { recordAudit } from '../audit.ts';
import { recordDecision } from '../decisions.ts';
import { effect, touch } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import { type EffectView, lockEffect, releaseTouch, VIEW } from './rows.ts';

/** From which phases an effect may come to which end. A confirmation is knowledge: it counts from any open phase. */
const FROM: Record<Exclude<EffectPhase, 'claimed' | 'sending'>, EffectPhase[]> = {
  confirmed: ['claimed', 'sending', 'unclear'],
  refused: ['claimed', 'sending', 'unclear'],
  withdrawn: ['claimed'],
  unclear: ['sending'],
};

export interface Outcome {
  now: Iso;
  wireNow: number;
}

/**
 * The vendor has it. For e-mail the touch counts as delivered from here, or from `deliveredAt` where that was learned
 * later; an in-app prompt when it is shown.
 * @returns false when the effect had ended already
 */
export async function confirm(
  tx: Tx,
  key: string,
  input: Outcome & { result: Json; deliveredAt?: Iso },
): Promise<boolean> {
  const row = await finish(tx, key, 'confirmed', input, { result: input.result, reason: null });
  if (!row) return false;
  if (!row.touch) return true;
  const deliveredAt = row.channel === 'email' ? { deliveredAt: input.deliveredAt ?? input.now } : {};
  await tx
    .update(touch)
    .set({ state: 'confirmed', ...deliveredAt })
    .where(eq(touch.effectKey, key));
  return true;
}

/** The vendor said no as a matter of business: the slot is given back. */
export async function refuse(tx: Tx, key: string, input: Outcome & { reason: string }): Promise<boolean> {
  const row = await finish(tx, key, 'refused', input, { reason: input.reason });
  if (row) await end(tx, row, 'refuse', input);
  return row !== null;
}

/** Not sent and not going to be: the slot is given back. Only before the first byte. */
export async function withdraw(tx: Tx, key: string, input: Outcome & { reason: string }): Promise<boolean> {
  const row = await finish(tx, key, 'withdrawn', input, { reason: input.reason });
  if (row) await end(tx, row, 'withdraw', input);
  return row !== null;
}

/** It may have happened and nothing can tell: shown to people, never sent again. The slot stays taken. */
export async function markUnclear(tx: Tx, key: string, input: Outcome & { reason: string }): Promise<boolean> {
  const row = await finish(tx, key, 'unclear', input, { reason: input.reason });
  if (row?.touch) await tx.update(touch).set({ state: 'unclear' }).where(eq(touch.effectKey, key));
  return row !== null;
}

/** A person looked and knows. @returns false when the effect is not unclear */
export async function settleByHand(
  tx: Tx,
  key: string,
  input: Outcome & { outcome: 'confirmed' | 'refused'; actor: string; door: string; note: string },
): Promise<boolean> {
  const row = await lockEffect(tx, key);
  if (row.phase !== 'unclear') return false;
  if (input.outcome === 'confirmed')
    await confirm(tx, key, { ...input, result: { settledBy: input.actor, note: input.note } });
  else await refuse(tx, key, { ...input, reason: `settled by ${input.actor}: ${input.note}` });
  const { actor, door, now, note, outcome } = input;
  await recordAudit(tx, { at: now, actor, door, action: 'effect.settled', subject: key, detail: { outcome, note } });
  return true;
}

/** Withdraws what a journey has claimed and not begun to send, as when a higher play takes over. @returns the keys */
export async function withdrawUnsent(
  tx: Tx,
  journeyId: string,
  input: Outcome & { reason: string },
): Promise<string[]> {
  const rows = await tx
    .select({ key: effect.key })
    .from(effect)
    .where(and(eq(effect.journeyId, journeyId), eq(effect.phase, 'claimed')))
    .orderBy(effect.key)
    .for('no key update');
  for (const { key } of rows) await withdraw(tx, key, input);
  return rows.map((row) => row.key);
}

async function finish(
  tx: Tx,
  key: string,
  phase: keyof typeof FROM,
  { now, wireNow }: Outcome,
  set: { result?: Json; reason: string | null },
): Promise<EffectView | null> {
  const finishedAt = phase === 'unclear' ? null : now;
  const [row] = await tx
    .update(effect)
    .set({ ...set, phase, finishedAt, updatedAt: now, wireUpdatedAt: wireNow })
    .where(and(eq(effect.key, key), inArray(effect.phase, FROM[phase])))
    .returning(VIEW);
  return row ?? null;
}

async function end(
  tx: Tx,
  row: EffectView,
  kind: 'refuse' | 'withdraw',
  input: { now: Iso; reason: string },
): Promise<void> {
  if (row.touch) await releaseTouch(tx, row.key, input.reason);
  const { account, product, person, journeyId, triggerEventId, operation } = row;
  await recordDecision(tx, {
    kind,
    account,
    product,
    person,
    journeyId,
    triggerEventId,
    effectKey: row.key,
    operation,
    reason: input.reason,
    at: input.now,
  });
}
