import type { Denominator, Reading } from '../model.ts';
import { MINUTE_MS, normalIso, toMs } from '../time.ts';
import { isForgotten } from './memory.ts';
import type { MeterMemory, RejectReason, SeenReading } from './types.ts';

/** Clocks of honest meters differ a little. */
const SKEW_MS = 5 * MINUTE_MS;

export type Acceptance =
  | { kind: 'fact'; seen: SeenReading; denominator: Denominator; correctionOf: SeenReading | null }
  /** The same fact again, or one too old to matter. */
  | { kind: 'repeat' }
  | { kind: 'rejected'; reason: RejectReason };

/** Is this row news, a repetition, or not to be believed? */
export function acceptReading(
  memory: MeterMemory,
  reading: Reading,
  denominator: Denominator | null,
  counter: boolean,
): Acceptance {
  if (!Number.isFinite(reading.used) || reading.used < 0) return { kind: 'rejected', reason: 'not_a_number' };
  // A reading from the future would look newer than every honest one after it.
  if (toMs(reading.observedAt) > toMs(reading.receivedAt) + SKEW_MS) return { kind: 'rejected', reason: 'clock_skew' };
  if (denominator === null) return { kind: 'rejected', reason: 'no_plan' };
  const observedAt = normalIso(reading.observedAt);
  const periodStart = counter ? normalIso(reading.periodStart ?? denominator.periodStart) : null;
  if (periodStart !== null && observedAt < periodStart) {
    return { kind: 'rejected', reason: 'unknown_period' };
  }
  const known = memory.recent.find((seen) => seen.observedAt === observedAt);
  if (known === undefined && isForgotten(memory.recent, observedAt)) return { kind: 'repeat' };
  if (known !== undefined && isRepeat(known, reading)) return { kind: 'repeat' };
  const { limit } = denominator;
  const seen: SeenReading = {
    observedAt,
    receivedAt: normalIso(reading.receivedAt),
    used: reading.used,
    utilization: limit === null ? null : reading.used / limit,
    limit,
    periodStart,
    partial: reading.partial ?? false,
    stale: false,
    revision: (known?.revision ?? 0) + 1,
    ids: [...(known?.ids ?? []), ...(reading.id === undefined ? [] : [reading.id])].slice(-6),
  };
  return { kind: 'fact', seen, denominator: withOwnPeriod(denominator, reading, counter), correctionOf: known ?? null };
}

/** A counter that names its own period knows it before billing has told us. */
function withOwnPeriod(denominator: Denominator, reading: Reading, counter: boolean): Denominator {
  const { periodStart, periodEnd } = reading;
  return counter && periodStart != null && periodEnd != null ? { ...denominator, periodStart, periodEnd } : denominator;
}

/** An id that was seen before is the old fact, even when a correction has replaced its value since. */
function isRepeat(known: SeenReading, reading: Reading): boolean {
  if (reading.id !== undefined && known.ids.includes(reading.id)) return true;
  return known.used === reading.used && known.partial === (reading.partial ?? false);
}
