import { InvalidInputError } from '../../connectors/kit/errors.ts';
import type { Json } from '../../domain/model.ts';
import {
  type Attempt,
  beginAttempt,
  claimEffect,
  type EffectRequest,
  inTransaction,
  keepVerdict,
  rejudge,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { InputOf, OperationName, ResultOf } from './operations.ts';
import { attemptMs, type EffectOutcome, type EffectPlan, type Operation, timing } from './plan.ts';

/** Renders, asks the guardrails and takes the effect, with its first attempt, in one transaction. */
export async function claimAndBegin<N extends OperationName>(
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
    const claimed = await claimEffect(tx, deps.store.vault, request, plan.decide, {
      timeoutMs: attemptMs(op),
    });
    if (claimed.kind === 'claimed')
      return { kind: 'send', attempt: claimed.effect.attempt, payload: claimed.payload, effect: claimed.effect };
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

export function begin<N extends OperationName>(
  deps: Deps,
  op: Operation<N>,
  key: string,
  judged: boolean,
): Promise<Attempt> {
  return inTransaction(deps.store, (tx) => beginAttempt(tx, deps.store.vault, key, timing(deps, op, judged)));
}

/** An attempt died before its first byte: every guard is asked again, under the same locks. */
export async function judgeAgain<N extends OperationName>(
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
