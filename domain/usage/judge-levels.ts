import type { Judging } from './context.ts';
import { isFirstLook, memoryOf, noteNearMiss, recordTrip, setMemory, setState, stateOf, takeBack } from './context.ts';
import { evaluateLadder } from './ladder.ts';
import { ARMED } from './memory.ts';
import type { Rung } from './rung.ts';
import { toRungs } from './rung.ts';
import { EPSILON, hasHeld, runAbove, shareUsed } from './runs.ts';
import { atStartSentence, basisOf, levelSentence } from './trip.ts';

/** The level triggers of the meter, after one reading. */
export function judgeLevels(judging: Judging): void {
  const rungs = toRungs(judging.input.triggers);
  firstLook(judging, rungs);
  if (judging.view.correction) retract(judging, rungs);
  if (judging.view.newest) rearmUnderNewLimit(judging, rungs);
  climb(judging, rungs);
}

/** A trigger without a state is new here: what is already beyond its level is recorded, not fired. */
function firstLook(judging: Judging, rungs: Rung[]): void {
  const { view } = judging;
  const { states } = memoryOf(judging);
  const reached = rungs.filter(
    (rung) => isFirstLook(judging, states[rung.name]) && shareUsed(view.meter) >= rung.level - EPSILON,
  );
  const top = reached.at(-1);
  if (top === undefined) return;
  for (const rung of reached) {
    setState(judging, rung.name, { ...ARMED, phase: 'at_start', note: rung === top ? null : `folded:${top.name}` });
  }
  const { observedAt } = view.meter;
  const facts = {
    name: top.name,
    trigger: top.trigger,
    run: { since: observedAt, until: observedAt, readings: 1 },
    atStart: true,
    folded: reached.slice(0, -1).map((rung) => rung.name),
    numbers: { level: top.level },
    sentence: atStartSentence(view.meter, top.level),
  };
  setState(judging, top.name, recordTrip(judging, facts, stateOf(judging, top.name), []));
}

/** A correction may take the ground from under an earlier trip, and from the lower rungs that folded into it. */
function retract(judging: Judging, rungs: Rung[]): void {
  const { view } = judging;
  for (const rung of rungs.toReversed()) {
    const state = stateOf(judging, rung.name);
    if (!state.basis.includes(view.seen.observedAt)) continue;
    if (shareUsed(view.seen) >= rung.level - EPSILON) continue;
    if (hasHeld(runAbove(view.readings, rung.level, 0), rung.heldFor)) continue;
    const back = takeBack(judging, rung.name, state, 'corrected');
    if (back === state) continue;
    setState(judging, rung.name, { ...back, phase: 'armed', run: null, note: null });
    for (const lower of rungs) {
      const folded = stateOf(judging, lower.name);
      if (folded.note !== `folded:${rung.name}`) continue;
      setState(judging, lower.name, { ...folded, phase: 'armed', run: null, note: null });
    }
  }
  // Whether the limit itself was reached is judged again from the readings.
  const { limitState } = memoryOf(judging);
  if (shareUsed(view.seen) < 1 && limitState?.basis.includes(view.seen.observedAt)) {
    setMemory(judging, { limitState: ARMED, limitHit: null });
  }
}

/** A raised limit or another plan that brings use below a level arms that level at once. */
function rearmUnderNewLimit(judging: Judging, rungs: Rung[]): void {
  const { readings, seen } = judging.view;
  const before = readings.findLast((one) => one.observedAt < seen.observedAt);
  if (before === undefined || before.limit === null) return;
  if (seen.limit !== null && seen.limit <= before.limit) return;
  for (const rung of rungs) {
    if (shareUsed(seen) >= rung.level - EPSILON) continue;
    setState(judging, rung.name, { ...stateOf(judging, rung.name), phase: 'armed', run: null, note: null });
  }
}

function climb(judging: Judging, rungs: Rung[]): void {
  const { view, input } = judging;
  const rungView = {
    readings: view.readings,
    counter: input.counter,
    periodEnd: view.meter.periodEnd,
    settling: view.settling,
  };
  const ladder = evaluateLadder(rungs, memoryOf(judging).states, rungView, ARMED);
  for (const [name, state] of Object.entries(ladder.states)) setState(judging, name, state);
  for (const name of ladder.fellBack) takeBack(judging, name, stateOf(judging, name), 'fell_back');
  for (const { rung, reason } of ladder.notes) {
    if (reason === 'rearmed') continue;
    const { used, limit, utilization } = view.meter;
    noteNearMiss(judging, rung.name, reason, { used, limit, utilization, level: rung.level });
  }
  if (ladder.winner === null) return;
  const { rung, run, folded } = ladder.winner;
  const facts = {
    name: rung.name,
    trigger: rung.trigger,
    run,
    atStart: false,
    folded,
    numbers: { level: rung.level },
    sentence: levelSentence(view.meter, rung.level, run),
  };
  const basis = basisOf(view.readings, run.since);
  setState(judging, rung.name, recordTrip(judging, facts, stateOf(judging, rung.name), basis));
}
