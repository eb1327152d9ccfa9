import { formatDuration, formatNumber, formatPercent } from '../text.ts';
import { DAY_MS, WEEK_MS } from '../time.ts';
import type { Judging } from './context.ts';
import { memoryOf, noteNearMiss, recordTrip, setState, takeBack } from './context.ts';
import { toCurve } from './curve.ts';
import type { Flag } from './flag.ts';
import { advanceFlag, countFlag } from './flag.ts';
import { forecastLimit } from './forecast.ts';
import { ARMED } from './memory.ts';
import type { TripFacts } from './trip.ts';
import type { TriggerState } from './types.ts';
import type { VelocityTrigger } from './velocity.ts';
import { measureVelocity } from './velocity.ts';

/** A forecast that has moved this much further away is a new situation when it comes near again. */
const LEAD_CLEAR = 1.5;
const REARM_DROP = 0.05;

/** Triggers on a pace or a forecast, after one reading. Late rows change neither. */
export function judgeFlags(judging: Judging): void {
  const { input, view } = judging;
  if (view.correction) retractVelocity(judging);
  if (!view.newest || view.seen.stale || view.seen.partial) return;
  for (const [name, trigger] of Object.entries(input.triggers)) {
    if (trigger.when === 'velocity') judgeVelocity(judging, name, trigger);
    if (trigger.when === 'utilization' && trigger.lead_time !== undefined) judgeLeadTime(judging, name);
  }
}

function judgeVelocity(judging: Judging, name: string, trigger: VelocityTrigger): void {
  const { input, view } = judging;
  // Where there is a limit to reach, the level triggers speak.
  if (!input.counter || !(view.meter.denominator.usagePriced || trigger.metrics !== undefined)) return;
  const measured = measureVelocity(trigger, toCurve(memoryOf(judging).days), memoryOf(judging).days);
  if (measured.kind === 'unknown') return;
  const { ratio, week, base, raised, reason } = measured;
  const { first, before } = stateOf(judging, name);
  const holds = raised && reason === null;
  const flag = countFlag(before, view.seen, holds, ratio < 1 + trigger.growth / 2, trigger.held_for);
  const numbers = { ratio, week, base, growth: trigger.growth };
  if (reason !== null && before.phase !== 'tripped' && before.note !== reason) {
    noteNearMiss(judging, name, reason, numbers);
  }
  const sentence = `${view.meter.metric}: ${formatNumber(week)} in the last 7 days, ${formatPercent(ratio - 1)} above the usual ${formatNumber(base)} a week.`;
  settle(judging, { name, flag, before, first, numbers, sentence, note: reason });
}

function judgeLeadTime(judging: Judging, name: string): void {
  const { input, view } = judging;
  const trigger = input.triggers[name];
  if (trigger?.when !== 'utilization' || trigger.lead_time === undefined) return;
  const { utilization } = view.meter;
  const forecast = forecastLimit(view.meter, input.counter);
  const leadDays = trigger.lead_time / DAY_MS;
  const { first, before } = stateOf(judging, name);
  const holds = (utilization ?? 0) >= trigger.at && utilization !== null && (forecast?.days ?? Infinity) <= leadDays;
  const low = (utilization ?? 0) < (trigger.rearm_below ?? trigger.at - REARM_DROP);
  const clear = low || (forecast?.days ?? Infinity) > LEAD_CLEAR * leadDays;
  const flag = countFlag(before, view.seen, holds, clear, trigger.held_for);
  const days = forecast?.days ?? null;
  const sentence = `${view.meter.metric} will reach its limit in about ${formatNumber(days ?? 0)} days at the present pace; it stands at ${formatPercent(utilization ?? 0)}.`;
  const numbers = { level: trigger.at, days, leadTime: formatDuration(trigger.lead_time) };
  settle(judging, { name, flag, before, first, numbers, sentence, note: null });
}

function stateOf(judging: Judging, name: string): { first: boolean; before: TriggerState } {
  const known = memoryOf(judging).states[name];
  const first = known === undefined && (!judging.view.firstReading || judging.input.firstSight);
  return { first, before: known ?? ARMED };
}

interface Settling extends Pick<TripFacts, 'name' | 'numbers' | 'sentence'> {
  flag: Flag;
  before: TriggerState;
  /** The trigger is judged for the first time: what is already true is recorded, not fired. */
  first: boolean;
  note: string | null;
}

function settle(judging: Judging, { name, flag, before, first, numbers, sentence, note }: Settling): void {
  const facts = { name, folded: [], numbers, sentence };
  if (first && flag.run !== null) {
    const state: TriggerState = { ...before, phase: 'at_start' };
    setState(judging, name, recordTrip(judging, { ...facts, run: flag.run, atStart: true }, state, []));
    return;
  }
  const { state, trips } = advanceFlag(before, flag);
  const noted = trips === null && state.phase === 'armed' ? { ...state, note } : state;
  const basis = [judging.view.seen.observedAt];
  const done = trips === null ? noted : recordTrip(judging, { ...facts, run: trips, atStart: false }, state, basis);
  setState(judging, name, done);
}

/** A corrected count may show that there was no acceleration. */
function retractVelocity(judging: Judging): void {
  const { input, view } = judging;
  for (const [name, trigger] of Object.entries(input.triggers)) {
    const state = memoryOf(judging).states[name];
    if (trigger.when !== 'velocity' || state?.phase !== 'tripped') continue;
    const tripped = state.basis.at(-1);
    if (tripped === undefined || Math.abs(Date.parse(tripped) - Date.parse(view.seen.observedAt)) > WEEK_MS) continue;
    const measured = measureVelocity(trigger, toCurve(memoryOf(judging).days), memoryOf(judging).days);
    if (measured.kind === 'unknown' || (measured.raised && measured.reason === null)) continue;
    if (measured.ratio >= 1 + trigger.growth / 2) continue;
    setState(judging, name, { ...takeBack(judging, name, state, 'corrected'), phase: 'armed', run: null, note: null });
  }
}
