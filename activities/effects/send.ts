import {
  AuthenticationError,
  ConnectorError,
  InvalidInputError,
  NotSentError,
  OutcomeUnknownError,
  RateLimitedError,
  RecipientRefusedError,
  RefusedError,
  RepeatableError,
  TransientError,
} from '../../connectors/kit/errors.ts';
import type { Call } from '../../connectors/kit/operation.ts';
import type { Iso } from '../../domain/model.ts';
import {
  type Attempt,
  backToClaimed,
  confirm,
  endAttempt,
  inOneStatement,
  inTransaction,
  markBounced,
  markSending,
  markUnclear,
  noteAnswer,
  refuse,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPermanent } from '../map-errors.ts';
import { answerOf } from './answer.ts';
import { pauseForCredentials } from './credentials.ts';
import type { OperationName, ResultOf } from './operations.ts';
import { type EffectOutcome, type EffectPlan, type Operation, origin } from './plan.ts';

/** One attempt: the first byte is written down before it leaves, the outcome after. */
export async function send<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
  op: Operation<N>,
  { kind, attempt, payload, effect }: Extract<Attempt, { kind: 'send' | 'look' }>,
  call: Call,
): Promise<EffectOutcome<ResultOf<N>>> {
  // An earlier attempt may have done it, and nobody looked: that this one did nothing settles nothing.
  const inDoubt = kind === 'look' && op.idempotency !== 'find';
  const judgedAt = deps.now();
  const stamp = () => ({ now: deps.now(), wireNow: deps.wireNow() });
  const sending = async () => {
    await inOneStatement(deps.store, (tx) => markSending(tx, effect.key, attempt, stamp()));
    // A yes holds for the moment it was given in: much later it may be night there, or a ticket may be open.
    if (effect.customerFacing && tooOld(deps, judgedAt))
      throw new NotSentError('the decision to send is too old: it is judged again', origin(plan));
    // Checked last, after the write above: past the deadline a later attempt may already be looking.
    if (performance.now() >= call.deadline)
      throw new NotSentError('the deadline passed before the first byte', origin(plan));
  };
  try {
    const result = await op.send(payload, { ...call, idempotencyKey: effect.idempotencyKey, sending });
    // Only a touch has a slot to confirm as well.
    const write = effect.touch ? inTransaction : inOneStatement;
    await write(deps.store, (tx) => confirm(tx, effect.key, { ...stamp(), result }));
    return { kind: 'done', key: effect.key, result, effect };
  } catch (error) {
    if (error instanceof RefusedError || error instanceof InvalidInputError) {
      deps.log.warn({ effect: effect.key, code: error.code, vendorCode: error.origin.vendorCode }, error.message);
      await inTransaction(deps.store, async (tx) => {
        await noteAnswer(tx, effect.key, attempt, answerOf(error, deps.now()));
        await refuse(tx, effect.key, { ...stamp(), reason: error.message });
        if (error instanceof RecipientRefusedError && effect.person !== null)
          await markBounced(tx, [effect.person], deps.now());
      });
      return { kind: 'refused', reason: error.message };
    }
    if (error instanceof ConnectorError) {
      const answer = answerOf(error, deps.now());
      const ended = hadNoEffect(error) && !inDoubt ? backToClaimed : endAttempt;
      await inOneStatement(deps.store, (tx) => ended(tx, effect.key, attempt, { ...stamp(), answer }));
    }
    if (error instanceof AuthenticationError) await pauseForCredentials(deps, plan.connection.name, error);
    throw error;
  }
}

/** The vendor said that it did nothing, or nothing reached it. */
function hadNoEffect(error: unknown): boolean {
  if (error instanceof RepeatableError) return false;
  return error instanceof TransientError || error instanceof RateLimitedError || error instanceof AuthenticationError;
}

/** An earlier attempt got as far as its first byte. */
export async function settle<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
  op: Operation<N>,
  attempt: Extract<Attempt, { kind: 'look' }>,
  call: Call,
): Promise<EffectOutcome<ResultOf<N>>> {
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  const unclear = async (reason: string): Promise<EffectOutcome<ResultOf<N>>> => {
    await inTransaction(deps.store, (tx) => markUnclear(tx, attempt.effect.key, { ...stamp, reason }));
    return { kind: 'unclear', reason };
  };
  switch (op.idempotency) {
    case 'natural':
      return await send(deps, plan, op, attempt, call);
    case 'none':
      return await unclear('the connection broke after the message was handed over, and the vendor cannot be asked');
    case 'vendor_key':
    case 'find': {
      const byKey = op.idempotency === 'vendor_key';
      if (!op.find && byKey) return await send(deps, plan, op, attempt, call);
      if (!op.find) throw new OutcomeUnknownError(`${op.name} says it can find but does not`, origin(plan));
      const found = await op
        .find(attempt.payload, { ...call, idempotencyKey: attempt.effect.idempotencyKey })
        .catch(async (error: unknown) => {
          // A look does nothing there: the next one need not wait until this one would have been over.
          const ended = { now: deps.now(), wireNow: deps.wireNow(), answer: answerOf(error, deps.now()) };
          await inOneStatement(deps.store, (tx) => endAttempt(tx, attempt.effect.key, attempt.attempt, ended));
          if (byKey || !isPermanent(error)) throw error;
          return { kind: 'unknown' as const, reason: `the vendor could not be asked: ${error.message}` };
        });
      // With a key an earlier attempt may still be at work, so that absent says little; the vendor tells them apart.
      if (byKey && found.kind !== 'found') return await send(deps, plan, op, attempt, call);
      if (found.kind === 'unknown') return await unclear(found.reason);
      if (found.kind === 'absent') return await send(deps, plan, op, attempt, call);
      await inTransaction(deps.store, (tx) => confirm(tx, attempt.effect.key, { ...stamp, result: found.result }));
      return { kind: 'done', key: attempt.effect.key, result: found.result, effect: attempt.effect };
    }
  }
}

/** Business time: as long as facts may take to reach us. */
const DECISION_HOLDS_MS = 4 * 3_600_000;

function tooOld(deps: Deps, judgedAt: Iso): boolean {
  return Date.parse(deps.now()) - Date.parse(judgedAt) > DECISION_HOLDS_MS;
}
