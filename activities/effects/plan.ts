import { TransientError } from '../../connectors/kit/errors.ts';
import type { Call, WriteOperation } from '../../connectors/kit/operation.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { Iso, Json } from '../../domain/model.ts';
import { MARGIN_MS } from '../../domain/time-limits.ts';
import type { Decide, EffectRequest, EffectView, NewLink } from '../../store/index.ts';
import { activityMsLeft } from '../beating.ts';
import type { OpenConnection } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { type InputOf, isOperationName, type OperationName, priorityOf, type ResultOf } from './operations.ts';

export interface EffectPlan<N extends OperationName> {
  connection: OpenConnection;
  operation: N;
  about: Omit<
    EffectRequest,
    | 'tenant'
    | 'connection'
    | 'operation'
    | 'payload'
    | 'settleMs'
    | 'links'
    | 'now'
    | 'wireNow'
    | 'companyTimezone'
    | 'unreadable'
  >;
  /** Renders the input; called only when the effect was never claimed. Null: there is nothing to send. */
  render: () => Promise<{ input: InputOf<N>; links?: NewLink[] } | { skip: string }>;
  decide: Decide;
  /** Re-reads what guardrails rest on, where it is too old. Answers what could not be read, or null. */
  refresh?: () => Promise<string | null>;
}

export type EffectOutcome<R> =
  | { kind: 'done'; key: string; result: R; effect: EffectView }
  | { kind: 'shadow' }
  | { kind: 'wait'; until: Iso | null; reason: string }
  | { kind: 'suppress'; reason: string; detail: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'withdrawn'; reason: string }
  | { kind: 'unclear'; reason: string };

export type Operation<N extends OperationName> = WriteOperation<InputOf<N>, Json, ResultOf<N>>;

/** What every step of an effect tells the ledger about time. */
export function timing(deps: Deps, op: TimedOperation, judged: boolean) {
  const keptApart = op.idempotency === 'vendor_key';
  return { now: deps.now(), wireNow: deps.wireNow(), timeoutMs: attemptMs(op), judged, keptApart };
}

type TimedOperation = Pick<WriteOperation<never, never, never>, 'name' | 'timeoutMs' | 'idempotency'>;

/** Less than this is not worth a connection. */
const LEAST_MS = 1_000;

/**
 * How long an attempt that begins now may take: never up to its activity's own timeout, whatever came before it there.
 * @throws TransientError when nothing worth having is left
 */
export function attemptMs({ name, timeoutMs }: TimedOperation): number {
  const left = activityMsLeft();
  if (left === null || left - MARGIN_MS >= timeoutMs) return timeoutMs;
  if (left - MARGIN_MS >= LEAST_MS) return Math.floor(left - MARGIN_MS);
  throw new TransientError('too little of the activity is left for a call', { connector: 'headroom', operation: name });
}

/** The call of an attempt, which ends when the ledger says that it does: others count on that. */
export function callOf(deps: Deps, op: TimedOperation, effect: EffectView): Call {
  const left = (effect.wireDeadlineAt ?? 0) - deps.wireNow();
  const priority = isOperationName(effect.operation) ? priorityOf(effect.operation) : 'message';
  return callWithin(Math.max(0, Math.min(op.timeoutMs, left)), { priority });
}

export function origin(plan: { connection: OpenConnection; operation: string }) {
  return { connector: plan.connection.connector, operation: plan.operation };
}
