import {
  decideRepair,
  type EffectInDoubt,
  type RepairAction,
  type RepairDecision,
} from '../../domain/effect/repair.ts';
import {
  type EffectRow,
  inTransaction,
  lockEffect,
  recordAudit,
  reopen,
  sendAfter,
  settleByHand,
  type Tx,
  withdraw,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isOperationName, operation } from './operations.ts';

export interface RepairAsk {
  action: RepairAction;
  /** A person looked at the vendor: it is not there. */
  didNotArrive: boolean;
  note: string;
  actor: string;
  door: string;
}

/** What an action would do to an effect as it stands now. */
export function planRepair(
  deps: Deps,
  effect: Omit<EffectRow, 'payload'>,
  ask: Pick<RepairAsk, 'action' | 'didNotArrive'>,
  payloadKept: boolean,
): RepairDecision {
  const open = deps.connections.get(effect.connection);
  const op = open && isOperationName(effect.operation) ? operation(open.capabilities, effect.operation) : null;
  const inDoubt: EffectInDoubt = {
    phase: effect.phase,
    operation: effect.operation,
    idempotency: op?.idempotency ?? null,
    canFind: op?.find !== undefined,
    payloadKept,
    mayStillCommit: effect.phase === 'unclear' && deps.wireNow() < (effect.wireDeadlineAt ?? 0) + effect.settleMs,
  };
  return decideRepair(ask.action, inDoubt, ask);
}

/** Decides anew under the effect's lock, does it, and writes down who asked. */
export async function repairEffect(deps: Deps, key: string, ask: RepairAsk): Promise<RepairDecision> {
  return await inTransaction(deps.store, async (tx) => {
    const row = await lockEffect(tx, key);
    const decision = planRepair(deps, row, ask, row.payload !== null);
    if (decision.kind !== 'no') await carryOut(deps, tx, row, decision, ask);
    return decision;
  });
}

async function carryOut(
  deps: Deps,
  tx: Tx,
  row: EffectRow,
  decision: Exclude<RepairDecision, { kind: 'no' }>,
  ask: RepairAsk,
): Promise<void> {
  const { actor, door, note, didNotArrive } = ask;
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  switch (decision.kind) {
    case 'confirm':
    case 'refuse': {
      const outcome = decision.kind === 'confirm' ? 'confirmed' : 'refused';
      await settleByHand(tx, row.key, { ...stamp, outcome, actor, door, note });
      return;
    }
    case 'withdraw':
      await withdraw(tx, row.key, { ...stamp, reason: `given up by ${actor}: ${note}` });
      break;
    case 'resend':
      await reopen(tx, row, { from: ['refused', 'unclear'], ...stamp });
      await sendAfter(tx, row, { resendIfUnknown: false, now: stamp.now });
      break;
    case 'look':
      await sendAfter(tx, row, { resendIfUnknown: decision.resendIfUnknown, now: stamp.now });
      break;
  }
  const action = decision.kind === 'withdraw' ? 'effect.given_up' : 'effect.retried';
  const detail = { from: row.phase, by: decision.kind, attempt: row.attempt, didNotArrive, note };
  await recordAudit(tx, { at: stamp.now, actor, door, action, subject: row.key, detail });
}
