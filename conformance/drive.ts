import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { Deps } from '../activities/deps.ts';
import { internalEffect } from '../activities/effects/about.ts';
import type { OperationName } from '../activities/effects/operations.ts';
import { performEffect } from '../activities/effects/perform.ts';
import type { EffectOutcome, EffectPlan } from '../activities/effects/plan.ts';
import { forInternal } from '../activities/effects/verdicts.ts';
import { toFailure } from '../activities/map-errors.ts';
import { liftPauses } from '../activities/upkeep/check-credentials.ts';
import { NotWrittenError } from '../connectors/kit/not-written.ts';
import type { Json } from '../domain/model.ts';
import { LONGEST_WAIT_MS } from './short-times.ts';

/** More than any cell needs (a permit of a process that died comes back after 30 s): whoever comes here goes on for ever. */
const MOST_TRIES = 40;
const BETWEEN_MS = 50;

export interface Effect {
  key: string;
  operation: OperationName;
  account: string;
  connection: string;
  /** As `render` gives it: what the operation's `prepare` takes. */
  input: unknown;
}

export interface Try {
  failure: string | null;
  /** Milliseconds to wait, where the failure says so. */
  waitMs: number | null;
  endedAt: number;
}
export interface Driven {
  outcome: EffectOutcome<Json>['kind'] | 'gave_up';
  reason: string;
  tries: Try[];
}

/** One attempt by the hub's own ledger, as its activity would make it. */
export function attempt(deps: Deps, effect: Effect): Promise<EffectOutcome<Json>> {
  const connection = deps.connections.get(effect.connection);
  if (!connection) throw new Error(`there is no connection ${effect.connection}`);
  const plan = {
    connection,
    operation: effect.operation,
    about: internalEffect({ key: effect.key, account: effect.account }),
    render: async () => ({ input: effect.input }),
    decide: forInternal,
  };
  // The sample pairs operation and input; that pairing is lost on the way through a list of samples.
  return performEffect(deps, plan as EffectPlan<OperationName>);
}

/**
 * Tries as Temporal would, until the effect has ended or nothing can help. `between` runs after each failure.
 * @throws NotWrittenError: nothing is to be learned from repeating that
 */
export async function drive(
  deps: Deps,
  effect: Effect,
  between: (tries: number) => Promise<void> = async () => {},
): Promise<Driven> {
  const tries: Try[] = [];
  while (tries.length < MOST_TRIES) {
    try {
      const outcome = await attempt(deps, effect);
      tries.push({ failure: null, waitMs: null, endedAt: Date.now() });
      if (outcome.kind !== 'wait') return { outcome: outcome.kind, reason: reasonOf(outcome), tries };
      // Paused for its credentials: upkeep asks whether they work again.
      await between(tries.length);
      await liftPauses(deps);
    } catch (error) {
      if (error instanceof NotWrittenError) throw error;
      const failure = toFailure(error);
      const named = failure instanceof ApplicationFailure ? failure : null;
      const waitMs = typeof named?.nextRetryDelay === 'number' ? named.nextRetryDelay : null;
      const message = error instanceof Error ? error.message : String(error);
      tries.push({ failure: `${named?.type ?? 'error'}: ${message}`, waitMs, endedAt: Date.now() });
      await between(tries.length);
      if (named?.nonRetryable) return { outcome: 'gave_up', reason: message, tries };
      // Longer each time, as the engine waits: two workers that overtake one another must part.
      await sleep(Math.min(waitMs ?? BETWEEN_MS * 2 ** (tries.length - 1), LONGEST_WAIT_MS));
    }
  }
  return { outcome: 'gave_up', reason: `still failing after ${MOST_TRIES} tries: ${tries.at(-1)?.failure}`, tries };
}

function reasonOf(outcome: EffectOutcome<Json>): string {
  return 'reason' in outcome ? (outcome.reason ?? '') : '';
}
