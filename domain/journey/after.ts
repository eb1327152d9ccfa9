import { isAnswered, isDue, settle } from './settle.ts';
import { enter } from './transitions.ts';
import type {
  AfterAnswer,
  AfterPerform,
  AfterWaitStarted,
  AfterWake,
  JourneyEnd,
  JourneyFacts,
  JourneyOutcome,
  JourneyState,
  PerformResult,
} from './types.ts';

/** After one or more actions were tried: held ones are tried again later, the others are done with. */
export const afterPerform: AfterPerform = (state, program, results, now) => {
  const stepIndex = settle(state, program, now);
  const tried = new Set(results.map((result) => result.step));
  const held = [
    ...state.held.filter((one) => !tried.has(one.step)),
    ...results.flatMap((r) => (r.result === 'held' ? [{ step: r.step, until: r.until, reason: r.reason }] : [])),
  ];
  const done = results.filter((result) => result.result === 'done');
  const next: JourneyState = {
    ...state,
    held,
    touchesSent: state.touchesSent + done.filter((result) => result.touch).length,
    alertsSent: state.alertsSent + results.filter(isAlert).length,
    suppressed: [
      ...state.suppressed,
      ...results.flatMap((r) => (r.result === 'suppressed' ? [{ step: r.step, reason: r.reason }] : [])),
    ],
  };
  if (held.length > 0) return enter({ ...next, stepIndex }, 'holding');
  return enter({ ...next, stepIndex: stepIndex + 1 }, 'running');
};

/** After a condition was evaluated. */
export const afterAnswer: AfterAnswer = (state, program, answer) => {
  const stepIndex = settle(state, program, null);
  const instruction = program[stepIndex];
  if (instruction?.op !== 'ask') return state;
  return { ...state, stepIndex: answer ? stepIndex + 1 : instruction.otherwise };
};

/** Remembers when a wait ends, so that a wake in between does not begin it anew. A hold is no wait for the customer. */
export const afterWaitStarted: AfterWaitStarted = (state, until) =>
  state.phase === 'running' ? enter({ ...state, waitUntil: until }, 'waiting') : state;

/** After a wake, or when a wait has run out: takes in what the store knows and moves on if that settles the wait. */
export const afterWake: AfterWake = (state, program, facts) => {
  if (state.phase === 'ended') return state;
  const informed: JourneyState = {
    ...state,
    outcome: outcomeOf(state.outcome, facts),
    trialEnded: facts.trialEnded ?? state.trialEnded,
  };
  if (facts.takenBack) return endJourney(informed, informed.touchesSent === 0 ? 'withdrawn' : 'not_upgraded');
  if (informed.phase === 'holding') {
    const held = informed.held.map((one) => (facts.released?.includes(one.step) ? { ...one, until: null } : one));
    return held.some((one) => isDue(one, facts.now)) ? enter({ ...informed, held }, 'running') : informed;
  }
  if (informed.phase !== 'waiting') return informed;

  const stepIndex = settle(informed, program, facts.now);
  if (stepIndex !== state.stepIndex) return enter({ ...informed, stepIndex }, 'running');
  const instruction = program[stepIndex];
  const over = informed.waitUntil !== null && facts.now >= informed.waitUntil;
  if (instruction?.op === 'wait' && (over || isAnswered(instruction.any, informed))) {
    return enter({ ...informed, stepIndex: stepIndex + 1 }, 'running');
  }
  // Nobody told us how the trial ended within its longest time: as far as we know there was no upgrade.
  if (instruction?.op === 'unless_upgraded' && over) return enter({ ...informed, stepIndex: stepIndex + 1 }, 'running');
  return informed;
};

function isAlert(result: PerformResult): boolean {
  return result.result === 'done' ? !result.touch : result.alerted === true;
}

/** Ends the run, whatever step it stands at. */
export function endJourney(state: JourneyState, end: JourneyEnd): JourneyState {
  return { ...enter(state, 'ended'), end };
}

/** An upgrade is the last word; a trial outweighs a click. */
function outcomeOf(before: JourneyOutcome, facts: JourneyFacts): JourneyOutcome {
  if (before === 'upgraded' || facts.upgraded || facts.trialEnded === 'converted') return 'upgraded';
  if (before === 'trial_started' || facts.trialStarted) return 'trial_started';
  if (before === 'engaged' || facts.engaged) return 'engaged';
  return 'none';
}
