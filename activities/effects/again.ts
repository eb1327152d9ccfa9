import { ApplicationFailure } from '@temporalio/common';
import { mayBeResent } from '../../domain/effect/repair.ts';
import { inTransaction, readEffect, refuse, reopen } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { lookAgain } from './look-again.ts';
import { isOperationName, operation } from './operations.ts';
import { performEffect } from './perform.ts';
import type { EffectOutcome } from './plan.ts';
import { planAgain } from './plan-again.ts';

/**
 * Takes an effect up again that its journey has left behind. A doubt is looked at first: what arrived is confirmed.
 * What did not is judged by every guardrail as it stands now, takes a slot of now, and sends the stored bytes.
 */
export async function performAgain(
  deps: Deps,
  { key, resendIfUnknown }: { key: string; resendIfUnknown: boolean },
): Promise<EffectOutcome<unknown>> {
  const stored = await inTransaction(deps.store, (tx) => readEffect(tx, deps.store.vault, key));
  const name = stored?.effect.operation ?? '';
  const open = stored && deps.connections.get(stored.effect.connection);
  const op = open && isOperationName(name) ? operation(open.capabilities, name) : null;
  if (!stored || !open || !op || !isOperationName(name))
    return { kind: 'suppress', reason: 'no_connection', detail: `no connection of config can do ${name}` };

  const stamp = () => ({ now: deps.now(), wireNow: deps.wireNow() });
  if (stored.effect.phase === 'unclear') {
    const seen = await lookAgain(deps, op, key);
    switch (seen.kind) {
      case 'under_way':
        throw ApplicationFailure.create({
          type: 'attempt_under_way',
          message: `an earlier attempt of ${key} may still commit`,
          nextRetryDelay: Math.max(100, seen.untilWireMs - deps.wireNow()),
        });
      case 'unknown':
        if (!resendIfUnknown) return { kind: 'unclear', reason: seen.reason };
        break;
      case 'absent':
        if (mayBeResent(name)) break;
        await inTransaction(deps.store, (tx) =>
          refuse(tx, key, { ...stamp(), reason: 'looked up at the vendor: it never arrived' }),
        );
        return { kind: 'refused', reason: 'it never arrived' };
      case 'found':
      case 'moved_on':
        break;
    }
    if (seen.kind === 'absent' || seen.kind === 'unknown')
      await inTransaction(deps.store, (tx) =>
        reopen(tx, { key, attempt: seen.attempt }, { from: ['unclear'], ...stamp() }),
      );
  }
  return await performEffect(deps, await planAgain(deps, stored.effect, open, name));
}
