import type { Errand } from '../../domain/errand.ts';
import type { Iso } from '../../domain/model.ts';
import type { Deps } from '../deps.ts';
import { performAgain } from '../effects/again.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { tellExpiry, tellTransition } from '../health/tell.ts';
import { checkCredentials } from '../upkeep/check-credentials.ts';

export type ErrandResult = { kind: 'ended'; as: string } | { kind: 'wait'; until: Iso };

const LOOK_AGAIN_MS = 6 * 3_600_000;

/** Does an errand, or says when to come back. Results are few words: what an effect holds stays out of histories. */
export async function runErrand(deps: Deps, errand: Errand): Promise<ErrandResult> {
  switch (errand.kind) {
    case 'effect_again':
      return resultOf(deps, await performAgain(deps, errand));
    case 'tell_transition':
      return resultOf(deps, await tellTransition(deps, errand));
    case 'tell_expiry':
      return resultOf(deps, await tellExpiry(deps, errand));
    case 'check_credentials':
      return await checkCredentials(deps, errand);
  }
}

function resultOf(deps: Deps, outcome: EffectOutcome<unknown>): ErrandResult {
  if (outcome.kind !== 'wait') return { kind: 'ended', as: outcome.kind };
  return { kind: 'wait', until: outcome.until ?? new Date(Date.parse(deps.now()) + LOOK_AGAIN_MS).toISOString() };
}
