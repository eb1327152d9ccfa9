import type { Denominator } from '../model.ts';
import { HOUR_MS, msBetween, normalIso } from '../time.ts';
import { ARMED, emptyMemory, rememberDay, rememberReading } from './memory.ts';
import { markStale } from './stale.ts';
import type { Meter, MeterMemory, ObserveInput, SeenReading, TriggerState } from './types.ts';

/** A source that tells the limit itself may show the old one for some hours after a change of plan. */
const SETTLING_MS = 12 * HOUR_MS;

/** A meter with one more reading in it, and what that reading is to it. */
export interface MeterView {
  meter: Meter;
  seen: SeenReading;
  /** Readings of the present period, oldest first. */
  readings: SeenReading[];
  firstReading: boolean;
  correction: boolean;
  /** No other reading was observed later. */
  newest: boolean;
  closedPeriod: boolean;
  /** No trigger may come true now: the limit is not to be trusted yet, or the period is over. */
  settling: boolean;
}

/** Puts an accepted reading into the meter: history, period, plan. Triggers are judged afterwards. */
export function takeIn(
  input: ObserveInput,
  before: Meter | null,
  accepted: { seen: SeenReading; denominator: Denominator; correctionOf: SeenReading | null },
): MeterView {
  const { denominator } = accepted;
  const old = before?.memory ?? emptyMemory();
  const start = accepted.seen.periodStart;
  const closedPeriod = input.counter && before !== null && start !== null && start < before.periodStart;
  const newPeriod = input.counter && before !== null && start !== null && start > before.periodStart;
  const closed = newPeriod ? closePeriod(old, before.periodStart) : old.closed;
  const recent = markStale(rememberReading(old.recent, accepted.seen), closed, input.counter);
  const seen = recent.find((one) => one.observedAt === accepted.seen.observedAt) ?? accepted.seen;
  const newest = recent.at(-1) === seen;

  let memory: MeterMemory = {
    ...old,
    recent,
    closed,
    days: seen.stale ? old.days : rememberDay(old.days, seen),
    states: keepKnown(old.states, Object.keys(input.triggers)),
  };
  if (newPeriod) memory = startPeriod(memory, input);
  if (before !== null && newest) memory = followPlan(memory, before, denominator, seen);

  if (closedPeriod) {
    const meter = { ...before, memory };
    return { meter, seen, readings: [], firstReading: false, correction: false, newest, closedPeriod, settling: false };
  }
  const periodStart = start ?? normalIso(denominator.periodStart);
  const readings = input.counter ? recent.filter((one) => one.periodStart === start) : recent;
  const latest = readings.findLast((one) => !one.stale) ?? seen;
  // A late row does not bring an old plan back.
  const present = before !== null && !newest ? before.denominator : denominator;
  const meter: Meter = {
    account: input.subject.account,
    product: input.subject.product,
    metric: input.subject.metric,
    used: latest.used,
    limit: latest.limit,
    utilization: latest.utilization,
    periodStart: before !== null && !newest && !newPeriod ? before.periodStart : periodStart,
    periodEnd: normalIso(present.periodEnd),
    denominator: present,
    observedAt: latest.observedAt,
    receivedAt: latest.receivedAt,
    memory,
  };
  const oldLimit =
    denominator.source === 'reading' &&
    memory.planSince !== null &&
    msBetween(memory.planSince, seen.observedAt) < SETTLING_MS;
  // A count whose period is over when we hear of it is history.
  const settling = oldLimit || (input.counter && seen.receivedAt >= meter.periodEnd);
  const correction = accepted.correctionOf !== null;
  return { meter, seen, readings, firstReading: before === null, correction, newest, closedPeriod, settling };
}

function closePeriod(memory: MeterMemory, periodStart: string): MeterMemory['closed'] {
  const last = memory.recent.findLast((one) => one.periodStart === periodStart && !one.stale);
  if (last === undefined) return memory.closed;
  return [...memory.closed, { periodStart, used: last.used, observedAt: last.observedAt }].slice(-3);
}

/** Levels can be reached anew in a new period; a pace or a decline knows no period. */
function startPeriod(memory: MeterMemory, input: ObserveInput): MeterMemory {
  const states: Record<string, TriggerState> = {};
  for (const [name, state] of Object.entries(memory.states)) {
    const when = input.triggers[name]?.when;
    const byPeriod = when === 'utilization' || when === 'limit_reached';
    states[name] = byPeriod ? { ...state, phase: 'armed', run: null, note: null } : state;
  }
  return { ...memory, states, limitState: memory.limitState === null ? null : ARMED };
}

/** A change of plan, or a raised limit: what was reached under the old one is no measure for a cut any more. */
function followPlan(memory: MeterMemory, before: Meter, denominator: Denominator, seen: SeenReading): MeterMemory {
  const changed = before.denominator.plan !== denominator.plan;
  const raised = before.limit !== null && (seen.limit === null || seen.limit > before.limit);
  if (!changed && !raised) return memory;
  return { ...memory, planSince: changed ? seen.observedAt : memory.planSince, limitHit: null };
}

/** A trigger that was off for a while starts over, as at first sight. */
function keepKnown(states: Record<string, TriggerState>, names: string[]): Record<string, TriggerState> {
  return Object.fromEntries(Object.entries(states).filter(([name]) => names.includes(name)));
}
