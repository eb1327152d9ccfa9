import { ApplicationFailure } from '@temporalio/common';
import {
  AuthenticationError,
  InvalidInputError,
  OutcomeUnknownError,
  RateLimitedError,
  RefusedError,
  TransientError,
} from '../../connectors/kit/errors.ts';
import type { WriteOperation } from '../../connectors/kit/operation.ts';
import type { Iso, Json } from '../../domain/model.ts';
import type { TouchDecision } from '../../domain/touch/types.ts';
import { backToClaimed } from '../../store/effects/back-to-claimed.ts';
import {
  type Attempt,
  beginAttempt,
  claimEffect,
  confirm,
  type Decide,
  type EffectRequest,
  type EffectView,
  inTransaction,
  keepVerdict,
  markSending,
  markUnclear,
  type NewLink,
  readEffect,
  refuse,
  rejudge,
} from '../../store/index.ts';
import type { OpenConnection } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { pauseForCredentials } from './credentials.ts';
import { type InputOf, type OperationName, operation, type ResultOf } from './operations.ts';

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

/**
 * Makes one outward change happen once: claim, first byte, outcome, each written down before the next. Called again
 * after any crash, it goes on from what the ledger says; a doubt that the vendor cannot settle is returned as unclear.
 */
export async function performEffect<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
): Promise<EffectOutcome<ResultOf<N>>> {
  const op = operation(plan.connection.capabilities, plan.operation);
  if (op === null)
    return { kind: 'suppress', reason: 'no_connection', detail: `${plan.connection.name} cannot do ${plan.operation}` };
  const { key } = plan.about;
  const stored = await inTransaction(deps.store, (tx) => readEffect(tx, deps.store.vault, key));
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
      return await settle(deps, plan, op, attempt);
    case 'send':
      return await send(deps, plan, op, attempt);
  }
}

type Operation<N extends OperationName> = WriteOperation<InputOf<N>, Json, ResultOf<N>>;

async function claimAndBegin<N extends OperationName>(
  deps: Deps,
  op: Operation<N>,
  plan: EffectPlan<N>,
  unreadable: string | null,
): Promise<Attempt | EffectOutcome<ResultOf<N>>> {
  const rendered = await plan.render();
  if ('skip' in rendered) return await skipped(deps, plan, 'nothing_to_send', rendered.skip);
  const payload = prepare(op, rendered.input);
  if (payload instanceof InvalidInputError) return await skipped(deps, plan, 'invalid_input', payload.message);
  const { company } = deps.configs.current().config;
  const request: EffectRequest = {
    ...plan.about,
    tenant: deps.store.tenant,
    connection: plan.connection.name,
    operation: plan.operation,
    payload,
    settleMs: op.settleMs,
    links: rendered.links ?? [],
    now: deps.now(),
    wireNow: deps.wireNow(),
    companyTimezone: company.timezone,
    unreadable,
  };
  return await inTransaction(deps.store, async (tx) => {
    const claimed = await claimEffect(tx, deps.store.vault, request, plan.decide);
    if (claimed.kind === 'claimed')
      return await beginAttempt(tx, deps.store.vault, request.key, timing(deps, op, true));
    if (claimed.kind === 'existing')
      return await beginAttempt(tx, deps.store.vault, request.key, timing(deps, op, false));
    return claimed;
  });
}

/** A no that was found while rendering is kept with its reason, like those of the guardrails. */
async function skipped<N extends OperationName>(
  deps: Deps,
  { about, operation: name }: EffectPlan<N>,
  reason: 'nothing_to_send' | 'invalid_input',
  detail: string,
): Promise<EffectOutcome<never>> {
  const verdict = { kind: 'suppress' as const, reason, detail };
  await inTransaction(deps.store, (tx) => keepVerdict(tx, { ...about, operation: name, now: deps.now() }, verdict));
  return verdict;
}

/** Input that the vendor would never take is a reason not to send, not a failure to repeat. */
function prepare<N extends OperationName>(op: Operation<N>, input: InputOf<N>): Json | InvalidInputError {
  try {
    return op.prepare(input);
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
}

function begin<N extends OperationName>(deps: Deps, op: Operation<N>, key: string, judged: boolean): Promise<Attempt> {
  return inTransaction(deps.store, (tx) => beginAttempt(tx, deps.store.vault, key, timing(deps, op, judged)));
}

/** An attempt died before its first byte: every guard is asked again, under the same locks. */
async function judgeAgain<N extends OperationName>(
  deps: Deps,
  op: Operation<N>,
  plan: EffectPlan<N>,
  unreadable: string | null,
): Promise<Attempt | EffectOutcome<ResultOf<N>>> {
  const { key, mode } = plan.about;
  const context = {
    mode,
    now: deps.now(),
    wireNow: deps.wireNow(),
    companyTimezone: deps.configs.current().config.company.timezone,
    unreadable,
  };
  return await inTransaction(deps.store, async (tx) => {
    const again = await rejudge(tx, key, context, plan.decide);
    switch (again.kind) {
      case 'send':
        return await beginAttempt(tx, deps.store.vault, key, timing(deps, op, true));
      case 'moved_on':
        return await beginAttempt(tx, deps.store.vault, key, timing(deps, op, false));
      default:
        return again;
    }
  });
}

async function send<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
  op: Operation<N>,
  { attempt, payload, effect }: Extract<Attempt, { kind: 'send' | 'look' }>,
): Promise<EffectOutcome<ResultOf<N>>> {
  const deadline = performance.now() + op.timeoutMs;
  const judgedAt = deps.now();
  const stamp = () => ({ now: deps.now(), wireNow: deps.wireNow() });
  const sending = async () => {
    await inTransaction(deps.store, (tx) => markSending(tx, effect.key, attempt, stamp()));
    // A yes holds for the moment it was given in: much later it may be night there, or a ticket may be open.
    if (effect.customerFacing && tooOld(deps, judgedAt))
      throw new TransientError('the decision to send is too old: it is judged again', origin(plan));
    // Checked last, after the write above: past the deadline a later attempt may already be looking.
    if (performance.now() >= deadline)
      throw new TransientError('the deadline passed before the first byte', origin(plan));
  };
  try {
    const result = await op.send(payload, {
      idempotencyKey: effect.idempotencyKey,
      signal: AbortSignal.timeout(op.timeoutMs),
      deadline,
      sending,
    });
    await inTransaction(deps.store, (tx) => confirm(tx, effect.key, { ...stamp(), result }));
    return { kind: 'done', key: effect.key, result, effect };
  } catch (error) {
    if (error instanceof RefusedError || error instanceof InvalidInputError) {
      deps.log.warn({ effect: effect.key, code: error.code, vendorCode: error.origin.vendorCode }, error.message);
      await inTransaction(deps.store, (tx) => refuse(tx, effect.key, { ...stamp(), reason: error.message }));
      return { kind: 'refused', reason: error.message };
    }
    const hadNoEffect =
      error instanceof TransientError || error instanceof RateLimitedError || error instanceof AuthenticationError;
    if (hadNoEffect) await inTransaction(deps.store, (tx) => backToClaimed(tx, effect.key, attempt, stamp()));
    if (error instanceof AuthenticationError) await pauseForCredentials(deps, plan.connection.name, error);
    throw error;
  }
}

/** An earlier attempt got as far as its first byte. */
async function settle<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
  op: Operation<N>,
  attempt: Extract<Attempt, { kind: 'look' }>,
): Promise<EffectOutcome<ResultOf<N>>> {
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  const unclear = async (reason: string): Promise<EffectOutcome<ResultOf<N>>> => {
    await inTransaction(deps.store, (tx) => markUnclear(tx, attempt.effect.key, { ...stamp, reason }));
    return { kind: 'unclear', reason };
  };
  switch (op.idempotency) {
    case 'vendor_key':
    case 'natural':
      return await send(deps, plan, op, attempt);
    case 'none':
      return await unclear('the connection broke after the message was handed over, and the vendor cannot be asked');
    case 'find': {
      if (!op.find) throw new OutcomeUnknownError(`${op.name} says it can find but does not`, origin(plan));
      const call = {
        signal: AbortSignal.timeout(op.timeoutMs),
        deadline: performance.now() + op.timeoutMs,
        idempotencyKey: attempt.effect.idempotencyKey,
      };
      const found = await op.find(attempt.payload, call);
      if (found.kind === 'unknown') return await unclear(found.reason);
      if (found.kind === 'absent') return await send(deps, plan, op, attempt);
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

function timing(deps: Deps, op: { timeoutMs: number }, judged: boolean) {
  return { now: deps.now(), wireNow: deps.wireNow(), timeoutMs: op.timeoutMs, judged };
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

function origin(plan: { connection: OpenConnection; operation: string }) {
  return { connector: plan.connection.connector, operation: plan.operation };
}

export type { Decide, TouchDecision };
