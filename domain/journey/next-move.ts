import { addMs } from '../clock.ts';
import type { Iso } from '../model.ts';
import { DAY_MS } from '../time.ts';
import { isDue, settle } from './settle.ts';
import type { EffectStep, Instruction, JourneyEnd, JourneyState, Move, NextMove } from './types.ts';

/** Facts wake a held step long before this; it only keeps a lost wake from holding a journey for ever. */
const LOOK_AGAIN_MS = DAY_MS;
/** A trial ends by billing; this is far beyond any configured length. */
const TRIAL_AT_MOST_MS = 120 * DAY_MS;

/** What a journey does next. It changes nothing: the same state gives the same move. */
export const nextMove: NextMove = (state, program, now) => {
  if (state.phase === 'ended') return { kind: 'end', outcome: state.end ?? 'not_upgraded' };
  const instruction = program[settle(state, program, now)];
  if (state.outcome === 'upgraded' || instruction === undefined) return { kind: 'end', outcome: endOf(state) };
  if (state.phase === 'holding') return holdMove(state, now);
  return moveFor(instruction, state, now);
};

function moveFor(instruction: Instruction, state: JourneyState, now: Iso): Move {
  switch (instruction.op) {
    case 'perform':
      return { kind: 'perform', steps: stillToDo(instruction.steps, state, now) };
    case 'ask':
      return { kind: 'ask', step: instruction.step, condition: instruction.condition };
    case 'wait':
      return {
        kind: 'wait',
        step: instruction.step,
        any: instruction.any,
        until: goesOn(state) ?? addMs(now, instruction.forMs),
      };
    case 'unless_upgraded':
      return decideMove(instruction.step, state, now);
    default:
      return instruction satisfies never;
  }
}

function decideMove(step: string, state: JourneyState, now: Iso): Move {
  if (state.outcome === 'trial_started') {
    return {
      kind: 'wait',
      step,
      any: ['upgraded', 'trial_ended'],
      until: goesOn(state) ?? addMs(now, TRIAL_AT_MOST_MS),
    };
  }
  return { kind: 'wait', step, any: ['upgraded', 'trial_started'], until: state.waitUntil ?? now };
}

/** The end of the wait that is already running. */
function goesOn(state: JourneyState): Iso | null {
  return state.phase === 'waiting' ? state.waitUntil : null;
}

function holdMove(state: JourneyState, now: Iso): Move {
  const times = state.held.flatMap((held) => (held.until === null ? [] : [held.until]));
  const first = times.sort()[0];
  const again = addMs(now, LOOK_AGAIN_MS);
  const asks = state.held.some((held) => held.until === null);
  const until = first === undefined || (asks && again < first) ? again : first;
  return { kind: 'wait', step: state.held[0]?.step ?? '', any: ['facts', 'upgraded', 'trial_started'], until };
}

/** After a hold only the held actions are left. */
function stillToDo(steps: EffectStep[], state: JourneyState, now: Iso): EffectStep[] {
  if (state.held.length === 0) return steps;
  const due = new Set(state.held.filter((held) => isDue(held, now)).map((held) => held.step));
  return steps.filter((step) => due.has(step.id));
}

/** How a journey ends that has no step left. */
export function endOf(state: JourneyState): JourneyEnd {
  if (state.outcome === 'upgraded') return 'upgraded';
  const nothingSent = state.touchesSent === 0 && state.alertsSent === 0;
  return nothingSent && state.suppressed.length > 0 ? 'suppressed' : 'not_upgraded';
}
