import { condition } from '@temporalio/workflow';
import { type BusinessClock, businessNow, wireTime } from '../domain/clock.ts';
import type { Iso } from '../domain/model.ts';

/** Business time inside a workflow: deterministic, since the SDK replaces Date.now(). */
export function now(clock: BusinessClock): Iso {
  return businessNow(clock, Date.now());
}

/**
 * Waits until a business moment, or until `wanted` holds. True when `wanted` came first.
 * Ten milliseconds past the moment, so that the next decision never finds itself a hair too early.
 */
export function until(clock: BusinessClock, moment: Iso, wanted: () => boolean): Promise<boolean> {
  return condition(wanted, Math.max(0, Math.ceil(wireTime(clock, moment) - Date.now())) + 10);
}
