import type { WriteOperation } from '../../connectors/kit/operation.ts';
import type { Iso, Json } from '../../domain/model.ts';
import type { Decide, EffectRequest, EffectView, NewLink } from '../../store/index.ts';
import type { OpenConnection } from '../connections.ts';
import type { Deps } from '../deps.ts';
import type { InputOf, OperationName, ResultOf } from './operations.ts';

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
export function timing(deps: Deps, op: { timeoutMs: number }, judged: boolean) {
  return { now: deps.now(), wireNow: deps.wireNow(), timeoutMs: op.timeoutMs, judged };
}

export function origin(plan: { connection: OpenConnection; operation: string }) {
  return { connector: plan.connection.connector, operation: plan.operation };
}
