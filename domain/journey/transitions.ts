import type { JourneyPhase, JourneyState } from './types.ts';

/**
 * Which phase may follow which. Running: a step is due. Holding: a step is due but must wait. Waiting: for the customer.
 */
export const JOURNEY_TRANSITIONS: { [From in JourneyPhase]: readonly JourneyPhase[] } = {
  running: ['running', 'holding', 'waiting', 'ended'],
  holding: ['running', 'holding', 'ended'],
  waiting: ['running', 'waiting', 'ended'],
  ended: [],
};

/** The state in its new phase. A change that the table does not allow is an error in the caller. */
export function enter(state: JourneyState, phase: JourneyPhase): JourneyState {
  if (!JOURNEY_TRANSITIONS[state.phase].includes(phase)) {
    throw new Error(`a journey that is ${state.phase} cannot become ${phase}`);
  }
  return { ...state, phase };
}
