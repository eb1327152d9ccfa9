import type { Iso, Json, NearMiss } from '../model.ts';
import { ARMED, withTrip } from './memory.ts';
import type { MeterView } from './take-in.ts';
import type { TripFacts } from './trip.ts';
import { toTrip } from './trip.ts';
import type { MeterMemory, Observed, ObserveInput, TriggerState, Trip } from './types.ts';

/** What the judges of one reading work on; they write into `result`. */
export interface Judging {
  input: ObserveInput;
  view: MeterView;
  result: Observed;
}

export function memoryOf({ view }: Judging): MeterMemory {
  return view.meter.memory;
}

/** Replaces part of the meter's memory, in the view and in the result alike. */
export function setMemory(judging: Judging, change: Partial<MeterMemory>): void {
  judging.view.meter = { ...judging.view.meter, memory: { ...judging.view.meter.memory, ...change } };
  judging.result.meter = judging.view.meter;
}

export function stateOf(judging: Judging, name: string): TriggerState {
  return memoryOf(judging).states[name] ?? ARMED;
}

/** A trigger that has not been judged on this meter before: what is already true is recorded, not fired. */
export function isFirstLook({ view, input }: Judging, known: TriggerState | null | undefined): boolean {
  return known == null && (!view.firstReading || input.firstSight);
}

export function setState(judging: Judging, name: string, state: TriggerState): void {
  setMemory(judging, { states: { ...memoryOf(judging).states, [name]: state } });
}

/**
 * Records that a trigger came true, or, when its cap is used up, that it nearly did. The state is marked as tripped by
 * the caller either way.
 */
export function recordTrip(
  judging: Judging,
  facts: Omit<TripFacts, 'meter' | 'seen'>,
  state: TriggerState,
  basis: Iso[],
): TriggerState {
  const { input, view, result } = judging;
  const trip = toTrip({ ...facts, meter: view.meter, seen: view.seen }, input);
  if (trip.disposition === 'fire' && isCapped(trip, facts.trigger.cap, state, view.meter.periodStart)) {
    noteNearMiss(judging, facts.name, 'cap', { used: trip.used, limit: trip.limit, utilization: trip.utilization });
    return { ...state, note: 'cap' };
  }
  result.trips.push(trip);
  const fired = trip.disposition === 'fire';
  const { periodStart } = view.meter;
  return { ...state, ...withTrip(state, { key: trip.key, at: trip.receivedAt, periodStart, fired }, basis) };
}

function isCapped(
  trip: Trip,
  cap: { max: number; per: 'period' | number } | undefined,
  state: TriggerState,
  periodStart: Iso,
): boolean {
  if (cap === undefined) return false;
  const counted = state.trips.filter((earlier) => {
    if (!earlier.fired) return false;
    if (cap.per === 'period') return earlier.periodStart === periodStart;
    return Date.parse(earlier.at) > Date.parse(trip.receivedAt) - cap.per;
  });
  return counted.length >= cap.max;
}

export function noteNearMiss(judging: Judging, trigger: string, reason: string, numbers: Record<string, Json>): void {
  const { account, product, metric } = judging.input.subject;
  const miss: NearMiss = { account, product, metric, trigger, at: judging.view.seen.receivedAt, reason, numbers };
  judging.result.nearMisses.push(miss);
}

/** The event's ground is gone; the trip no longer counts towards a cap. */
export function takeBack(
  judging: Judging,
  name: string,
  state: TriggerState,
  reason: 'corrected' | 'fell_back',
): TriggerState {
  const last = state.trips.at(-1);
  if (last?.fired !== true) return state;
  const { subject } = judging.input;
  const { seen } = judging.view;
  judging.result.takenBack.push({
    ...subject,
    key: last.key,
    trigger: name,
    at: seen.receivedAt,
    used: seen.used,
    reason,
  });
  return reason === 'corrected' ? { ...state, trips: state.trips.slice(0, -1), basis: [] } : state;
}
