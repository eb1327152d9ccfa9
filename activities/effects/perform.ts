import { ApplicationFailure } from '@temporalio/common';
import { TransientError } from '../../connectors/kit/errors.ts';
import { type Attempt, type EffectView, inOneStatement, readEffect } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { applyBrakes } from '../upkeep/brake.ts';
import { begin, claimAndBegin, judgeAgain } from './claim.ts';
import { type OperationName, operation, type ResultOf } from './operations.ts';
import { callOf, type EffectOutcome, type EffectPlan, origin } from './plan.ts';
import { send, settle } from './send.ts';

/**
 * Makes one outward change happen once: claim, first byte, outcome, each written down before the next. Called again
 * after any crash, it goes on from what the ledger says; a doubt that the vendor cannot settle is returned as unclear.
 */
export async function performEffect<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
): Promise<EffectOutcome<ResultOf<N>>> {
  const outcome = await goOn(deps, plan);
  const isBad = outcome.kind === 'refused' || outcome.kind === 'unclear';
  if (isBad && plan.about.play !== null) await applyBrakes(deps);
  return outcome;
}

async function goOn<N extends OperationName>(deps: Deps, plan: EffectPlan<N>): Promise<EffectOutcome<ResultOf<N>>> {
  const op = operation(plan.connection.capabilities, plan.operation);
  if (op === null)
    return { kind: 'suppress', reason: 'no_connection', detail: `${plan.connection.name} cannot do ${plan.operation}` };
  const { key } = plan.about;
  const stored = await inOneStatement(deps.store, (tx) => readEffect(tx, deps.store.vault, key));
  if (stored && isFinished(stored.effect)) return outcomeOf(stored.effect);

  const unreadable = plan.refresh ? await plan.refresh() : null;
  const first = stored ? await begin(deps, op, key, false) : await claimAndBegin(deps, op, plan, unreadable);
  if (isOutcome(first)) return first;
  const attempt = first.kind === 'judge_again' ? await judgeAgain(deps, op, plan, unreadable) : first;
  if (isOutcome(attempt)) return attempt;

  switch (attempt.kind) {
    case 'finished':
      return outcomeOf(attempt.effect);
    case 'judge_again':
      throw new TransientError(`effect ${key} moved on while it was judged`, origin(plan));
    case 'wait': {
      const nextRetryDelay = Math.max(100, attempt.untilWireMs - deps.wireNow());
      throw ApplicationFailure.create({
        type: 'attempt_under_way',
        message: `an earlier attempt of ${key} may still commit`,
        nextRetryDelay,
      });
    }
    case 'look':
      return await settle(deps, plan, op, attempt, callOf(deps, op, attempt.effect));
    case 'send':
      return await send(deps, plan, op, attempt, callOf(deps, op, attempt.effect));
  }
}

const FINISHED = new Set(['confirmed', 'refused', 'withdrawn', 'unclear']);

function isFinished(effect: EffectView): boolean {
  return FINISHED.has(effect.phase);
}

const ATTEMPTS = new Set(['send', 'look', 'judge_again', 'finished']);

/** `wait` is both: an attempt under way has a wire time, a guardrail's answer has a reason. */
function isOutcome<R>(value: Attempt | EffectOutcome<R>): value is EffectOutcome<R> {
  return !ATTEMPTS.has(value.kind) && !('untilWireMs' in value);
}

function outcomeOf<R>(effect: EffectView): EffectOutcome<R> {
  const reason = effect.reason ?? '';
  switch (effect.phase) {
    case 'confirmed':
      // The ledger stores what this very operation returned.
      return { kind: 'done', key: effect.key, result: effect.result as R, effect };
    case 'refused':
      return { kind: 'refused', reason };
    case 'withdrawn':
      return { kind: 'withdrawn', reason };
    case 'unclear':
      return { kind: 'unclear', reason };
    default:
      throw new Error(`effect ${effect.key} is not finished: ${effect.phase}`);
  }
}
