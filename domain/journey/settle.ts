import type { Iso } from '../model.ts';
import type { Instruction, JourneyState } from './types.ts';

/**
 * Index of the instruction that is really due: waits whose outcome is already there, and the question "no upgrade?" once
 * it is answered, are passed without a move. `now` null: the moment is not known, so nothing ends by time.
 */
export function settle(state: JourneyState, program: Instruction[], now: Iso | null): number {
  let index = state.stepIndex;
  for (;;) {
    const instruction = program[index];
    if (instruction?.op === 'wait' && isAnswered(instruction.any, state)) index++;
    else if (instruction?.op === 'unless_upgraded' && isDecided(state, now)) index++;
    else return index;
  }
}

/** Has one of the awaited outcomes come? */
export function isAnswered(any: readonly string[], state: JourneyState): boolean {
  return state.outcome !== 'none' && any.includes(state.outcome);
}

/** No upgrade yet is not no upgrade: a trial must end first, and who engaged has the whole wait to decide. */
export function isDecided(state: JourneyState, now: Iso | null): boolean {
  switch (state.outcome) {
    case 'none':
    case 'upgraded':
      return true;
    case 'trial_started':
      return state.trialEnded !== null;
    case 'engaged':
      return state.waitUntil === null || (now !== null && now >= state.waitUntil);
    default:
      return state.outcome satisfies never;
  }
}

/** A held step may be tried again when its time has come, or when nothing said when. */
export function isDue(held: JourneyState['held'][number], now: Iso): boolean {
  return held.until === null || held.until <= now;
}
