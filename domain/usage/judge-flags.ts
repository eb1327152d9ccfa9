import type { Trigger } from '../../config/schema/index.ts';
import { formatDuration, formatNumber, formatPercent } from '../text.ts';
import { DAY_MS, msBetween, WEEK_MS } from '../time.ts';
import type { Judging } from './context.ts';
import { isFirstLook, memoryOf, noteNearMiss, recordTrip, setState, stateOf, takeBack } from './context.ts';
import { toCurve } from './curve.ts';
import type { Flag } from './flag.ts';
import { advanceFlag, countFlag } from './flag.ts';
import { forecastLimit } from './forecast.ts';
import { shareUsed } from './runs.ts';
import type { TripFacts } from './trip.ts';
import type { TriggerState } from './types.ts';
import type { VelocityTrigger } from './velocity.ts';
import { measureVelocity } from './velocity.ts';

type UtilizationTrigger = Extract<Trigger, { when: 'utilization' }>;

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
    if (trigger.when === 'utilization' && trigger.lead_time !== undefined) {
      judgeLeadTime(judging, name, trigger, trigger.lead_time);
    }
  }
}

function judgeVelocity(judging: Judging, name: string, trigger: VelocityTrigger): void {
  const { input, view } = judging;
  // Where there is a limit to reach, the level triggers speak.
  if (!input.counter || !(view.meter.denominator.usagePriced || trigger.metrics !== undefined)) return;
  const measured = measureVelocity(trigger, toCurve(memoryOf(judging).days), memoryOf(judging).days);
  if (measured.kind === 'unknown') return;
  const { ratio, week, base, raised, reason } = measured;
  const before = stateOf(judging, name);
  const holds = raised && reason === null;
  const flag = countFlag(before, view.seen, holds, ratio < 1 + trigger.growth / 2, trigger.held_for);
  const numbers = { ratio, week, base, growth: trigger.growth };
  if (reason !== null && before.phase !== 'tripped' && before.note !== reason) {
    noteNearMiss(judging, name, reason, numbers);
  }
  const sentence = `${view.meter.metric}: ${formatNumber(week)} in the last 7 days, ${formatPercent(ratio - 1)} above the usual ${formatNumber(base)} a week.`;
  settle(judging, { name, trigger, flag, before, numbers, sentence, note: reason });
}

function judgeLeadTime(judging: Judging, name: string, trigger: UtilizationTrigger, leadTime: number): void {
  const { input, view } = judging;
  const days = forecastLimit(view.meter, input.counter)?.days ?? Infinity;
  const leadDays = leadTime / DAY_MS;
  const before = stateOf(judging, name);
  const used = shareUsed(view.meter);
  const holds = used >= trigger.at && days <= leadDays;
  const low = used < (trigger.rearm_below ?? trigger.at - REARM_DROP);
  const flag = countFlag(before, view.seen, holds, low || days > LEAD_CLEAR * leadDays, trigger.held_for);
  const sentence = `${view.meter.metric} will reach its limit in about ${formatNumber(days)} days at the present pace; it stands at ${formatPercent(used)}.`;
  const numbers = { level: trigger.at, days: Number.isFinite(days) ? days : null, leadTime: formatDuration(leadTime) };
  settle(judging, { name, trigger, flag, before, numbers, sentence, note: null });
}

interface Settling extends Pick<TripFacts, 'name' | 'trigger' | 'numbers' | 'sentence'> {
  flag: Flag;
  before: TriggerState;
  note: string | null;
}

function settle(judging: Judging, { name, trigger, flag, before, numbers, sentence, note }: Settling): void {
  const facts = { name, trigger, folded: [], numbers, sentence };
  if (flag.run !== null && isFirstLook(judging, memoryOf(judging).states[name])) {
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
    const state = stateOf(judging, name);
    if (trigger.when !== 'velocity' || state.phase !== 'tripped') continue;
    const near = state.basis.some((at) => Math.abs(msBetween(at, view.seen.observedAt)) <= WEEK_MS);
    if (!near) continue;
    const measured = measureVelocity(trigger, toCurve(memoryOf(judging).days), memoryOf(judging).days);
    if (measured.kind === 'unknown' || (measured.raised && measured.reason === null)) continue;
    if (measured.ratio >= 1 + trigger.growth / 2) continue;
    setState(judging, name, { ...takeBack(judging, name, state, 'corrected'), phase: 'armed', run: null, note: null });
  }
}
