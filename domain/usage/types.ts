import type { HoldFor, Mode, Trigger } from '../../config/schema/index.ts';
import type { Denominator, Forecast, Iso, Json, NearMiss, Reading, TriggerKind } from '../model.ts';

/** The pair of account and metric that a meter measures. */
export interface MeterSubject {
  account: string;
  product: string;
  metric: string;
}

/** A reading as the meter remembers it, with what it measured against. */
export interface SeenReading {
  observedAt: Iso;
  receivedAt: Iso;
  used: number;
  /** used / limit with the limit of that moment; null = unlimited. */
  utilization: number | null;
  limit: number | null;
  /** Start of the counter's period; null for a gauge. */
  periodStart: Iso | null;
  partial: boolean;
  /** The source repeats an old value (a hung meter): kept, but proves nothing. */
  stale: boolean;
  /** 1 for the first value of an observedAt, one more for each correction. */
  revision: number;
  ids: string[];
}

/** One UTC day: the last reading of the day, and for gauges the highest. */
export interface DayBucket {
  /** `YYYY-MM-DD`. */
  day: string;
  observedAt: Iso;
  used: number;
  high: number;
  periodStart: Iso | null;
  partial: boolean;
}

export interface Run {
  /** observedAt of the first and the last reading of the run. */
  since: Iso;
  until: Iso;
  readings: number;
}

/** Where one trigger stands on one meter. */
export interface TriggerState {
  phase: 'armed' | 'holding' | 'tripped' | 'at_start';
  /** The run of readings beyond the level (holding), or below the re-arm level (tripped, at_start). */
  run: Run | null;
  /** The trips of the last periods, newest last; at most 12. */
  trips: { key: string; at: Iso; periodStart: Iso | null; fired: boolean }[];
  /** observedAt of the readings that the last trip rests on; at most 40. */
  basis: Iso[];
  /** Why the state is what it is, where that is not plain: folded into a higher rung, limit fell, near the period's end. */
  note: string | null;
}

/** A limit that was reached and stayed reached: what a later cut is measured against. */
export interface LimitHit {
  at: Iso;
  plan: string;
  /** Gauges: the highest sustained value since. */
  peak: number;
  /** Counters: use in the seven days before. */
  weekBefore: number;
}

/** What a meter remembers: plain JSON of bounded size, stored as it is. */
export interface MeterMemory {
  version: 1;
  /** Sorted by observedAt, oldest first. */
  recent: SeenReading[];
  /** Sorted by day, oldest first; at most 75. */
  days: DayBucket[];
  states: Record<string, TriggerState>;
  /** The level of 100 % itself, kept whether or not a trigger asks for it: a later cut is measured from it. */
  limitState: TriggerState | null;
  limitHit: LimitHit | null;
  /** Closed counter periods: start and last count, newest last; at most 3. */
  closed: { periodStart: Iso; used: number; observedAt: Iso }[];
  /** First reading seen under the present plan, where an earlier plan was seen before; else null. */
  planSince: Iso | null;
}

export interface Meter extends MeterSubject {
  used: number;
  /** Null: unlimited. */
  limit: number | null;
  utilization: number | null;
  periodStart: Iso;
  periodEnd: Iso;
  denominator: Denominator;
  observedAt: Iso;
  receivedAt: Iso;
  memory: MeterMemory;
}

/** A trigger that came true. The store makes one trigger event of it, under `key`. */
export interface Trip extends MeterSubject {
  /** Stable for the same fact: `{account}/{product}/{metric}/{trigger}/{occurredAt}`. */
  key: string;
  trigger: string;
  kind: TriggerKind;
  play: string;
  label: string | null;
  mode: Exclude<Mode, 'off'>;
  /** `at_start` and `expired` are recorded, never acted upon. */
  disposition: 'fire' | 'at_start' | 'expired';
  /** When the level was first reached, as far as readings show. */
  occurredAt: Iso;
  /** The reading that settled it. */
  observedAt: Iso;
  receivedAt: Iso;
  used: number;
  limit: number | null;
  utilization: number | null;
  forecast: Forecast | null;
  /** Lower rungs of the same ladder that this one covers. */
  folded: string[];
  evidence: { rule: Record<string, Json>; numbers: Record<string, Json>; sentence: string };
}

/** The ground of an earlier trip is gone: a correction removed it, or use fell below the re-arm level. */
export interface TakenBack extends MeterSubject {
  key: string;
  trigger: string;
  at: Iso;
  used: number;
  reason: 'corrected' | 'fell_back';
}

export type RejectReason = 'clock_skew' | 'no_plan' | 'not_a_number' | 'unknown_period';

export interface RejectedReading {
  reading: Reading;
  reason: RejectReason;
}

export interface ObserveInput {
  /** Null before the first reading. */
  meter: Meter | null;
  subject: MeterSubject;
  /** New rows, in order of receivedAt. Repeats are welcome. */
  readings: Reading[];
  /** What the metric measured against at a moment; null when the account had no plan then. */
  denominatorAt: (at: Iso, readingLimit: number | null | undefined) => Denominator | null;
  /** The count starts anew with each billing period. */
  counter: boolean;
  /** Those that apply to the metric and are not off, by name. */
  triggers: Record<string, Trigger>;
  /** True while a source is read for the first time: what is already so is recorded, not fired. */
  firstSight: boolean;
  /** Crossings received longer ago than this are recorded as expired; a trigger's own max_age wins. Null: never. */
  maxAgeMs: number | null;
  now: Iso;
}

export interface Observed {
  /** Null only when no reading could be used and there was none before. */
  meter: Meter | null;
  trips: Trip[];
  takenBack: TakenBack[];
  nearMisses: NearMiss[];
  rejected: RejectedReading[];
}

/** domain/usage/observe.ts: `observe`. Pure: the same input gives the same output; the meter passed in is not changed. */
export type Observe = (input: ObserveInput) => Observed;

export type { HoldFor };
