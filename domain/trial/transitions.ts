import type { TrialState } from '../model.ts';
import type { NextTrialState, TrialFact } from './types.ts';

/** What may happen to a trial in which state, and what it becomes. `failed`: billing never began it, so that it counts for nothing. */
export const TRIAL_TRANSITIONS: { [From in TrialState]: { readonly [Fact in TrialFact]?: TrialState } } = {
  offered: { granted: 'granting', refused: 'refused', expired: 'expired' },
  granting: { activated: 'active', failed: 'refused', converted: 'converted', reverted: 'reverted' },
  active: { converted: 'converted', reverted: 'reverted' },
  // A customer who upgrades after the trial ended has upgraded; the trial stays what it was.
  converted: {},
  reverted: {},
  refused: {},
  expired: {},
};

export const nextTrialState: NextTrialState = (state, fact) => TRIAL_TRANSITIONS[state][fact] ?? null;

/** A trial that stands in the way of another one. */
export function isOpenTrial(state: TrialState): boolean {
  return state === 'granting' || state === 'active';
}
