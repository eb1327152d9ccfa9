import { beginAttempt, confirm, inTransaction, noteAnswer } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPermanent } from '../map-errors.ts';
import { answerOf } from './answer.ts';
import type { OperationName } from './operations.ts';
import { callOf, type Operation, timing } from './plan.ts';

export type Seen =
  | { kind: 'found' }
  /** It never arrived. `attempt`: whoever acts on that must still find the effect at this one. */
  | { kind: 'absent'; attempt: number }
  /** `lasting`: the vendor did answer, or never will. */
  | { kind: 'unknown'; attempt: number; reason: string; lasting: boolean }
  | { kind: 'under_way'; untilWireMs: number }
  /** Nobody need look any more. */
  | { kind: 'moved_on' };

/** Asks the vendor about an effect in doubt. What it confirms is confirmed; nothing is ever sent from here. */
export async function lookAgain<N extends OperationName>(deps: Deps, op: Operation<N>, key: string): Promise<Seen> {
  const { store } = deps;
  const begin = { ...timing(deps, op, false), settleUnclear: true };
  const attempt = await inTransaction(store, (tx) => beginAttempt(tx, store.vault, key, begin));
  if (attempt.kind === 'wait') return { kind: 'under_way', untilWireMs: attempt.untilWireMs };
  if (attempt.kind !== 'look' || !op.find) return { kind: 'moved_on' };
  const number = attempt.attempt;
  const call = { ...callOf(deps, op, attempt.effect), idempotencyKey: attempt.effect.idempotencyKey };
  const found = await op.find(attempt.payload, call).catch(async (error: unknown) => {
    deps.log.warn({ err: error, effect: key }, 'a doubt could not be settled this time');
    await inTransaction(store, (tx) => noteAnswer(tx, key, number, answerOf(error, deps.now())));
    const lasting = isPermanent(error);
    const reason = `the vendor could not be asked${lasting ? '' : ' this time'}`;
    return { kind: 'unknown' as const, reason, lasting };
  });
  if (found.kind === 'absent') return { kind: 'absent', attempt: number };
  if (found.kind === 'unknown') return { lasting: true, ...found, attempt: number };
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  const confirmed = await inTransaction(store, (tx) => confirm(tx, key, { ...stamp, result: found.result }));
  return { kind: confirmed ? 'found' : 'moved_on' };
}
