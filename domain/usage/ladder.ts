import { HOUR_MS, msBetween } from '../time.ts';
import type { Rung, RungOutcome, RungView } from './rung.ts';
import { evaluateRung } from './rung.ts';
import type { Run, TriggerState } from './types.ts';

/** A higher rung whose run began this soon after a lower one's makes both one climb: 60 → 97 % is one event. */
const ONE_CLIMB_MS = 24 * HOUR_MS;

export interface LadderResult {
  states: Record<string, TriggerState>;
  /** The highest rung that came true now. */
  winner: { rung: Rung; run: Run; folded: string[] } | null;
  /** Rungs that stopped at this reading without an event, or were re-armed. */
  notes: { rung: Rung; reason: string; run: Run | null }[];
  /** Rungs whose use fell back below the re-arm level after an event. */
  fellBack: string[];
}

/** Weighs the rungs of one meter against one another: the highest that has come true wins, the lower ones fold into it. */
export function evaluateLadder(
  rungs: Rung[],
  before: Record<string, TriggerState>,
  view: RungView,
  armed: TriggerState,
): LadderResult {
  const outcomes = rungs.map((rung) => ({ rung, outcome: evaluateRung(rung, before[rung.name] ?? armed, view) }));
  const result: LadderResult = { states: {}, winner: null, notes: [], fellBack: [] };
  for (const { rung, outcome } of outcomes) take(result, rung, outcome);

  const ready = outcomes.flatMap(({ rung, outcome }, i) =>
    outcome.kind === 'ready' ? [{ rung, outcome, above: outcomes.slice(i + 1).map((one) => one.outcome) }] : [],
  );
  const top = ready.at(-1);
  if (top === undefined) return result;
  if (top.above.some((higher) => higher.kind === 'tripped')) {
    for (const { rung, outcome } of ready) passOver(result, rung, outcome, 'lower_rung');
    return result;
  }
  const { run } = top.outcome;
  if (top.above.some((higher) => higher.kind === 'holding' && isOneClimb(run, higher.run))) return result;

  const folded: string[] = [];
  for (const { rung, outcome } of outcomes) {
    // Of two triggers of one level the last in order leads and covers the other.
    const covered = outcome.kind === 'ready' || (outcome.kind === 'holding' && rung.level < top.rung.level);
    if (!covered || rung === top.rung) continue;
    folded.push(rung.name);
    mark(result, rung, outcome.state, `folded:${top.rung.name}`);
  }
  mark(result, top.rung, top.outcome.state, null);
  result.winner = { rung: top.rung, run, folded };
  return result;
}

function take(result: LadderResult, rung: Rung, outcome: RungOutcome): void {
  result.states[rung.name] = outcome.state;
  switch (outcome.kind) {
    case 'armed':
      if (outcome.note !== null) result.notes.push({ rung, reason: outcome.note, run: null });
      if (outcome.fellBack) result.fellBack.push(rung.name);
      return;
    case 'passed_over':
      passOver(result, rung, outcome, outcome.reason);
      return;
    case 'holding':
    case 'ready':
    case 'tripped':
      return;
    default:
      outcome satisfies never;
  }
}

function passOver(result: LadderResult, rung: Rung, { state, run }: { state: TriggerState; run: Run }, reason: string) {
  mark(result, rung, state, reason);
  result.notes.push({ rung, reason, run });
}

/** Tripped from here on; the run begins anew because it now counts towards the re-arming. */
function mark(result: LadderResult, rung: Rung, state: TriggerState, note: string | null): void {
  result.states[rung.name] = { ...state, phase: 'tripped', run: null, note };
}

function isOneClimb(lower: Run, higher: Run): boolean {
  return msBetween(lower.since, higher.since) <= ONE_CLIMB_MS;
}
