import type { Iso } from './model.ts';

/**
 * The business clock: real time in production, faster in rehearsal. One immutable row per data directory.
 * `startedAt` is wire time, `epoch` the business time at that moment, `scale` business ms per wire ms.
 */
export interface BusinessClock {
  startedAt: Iso;
  epoch: Iso;
  scale: number;
}

/** Business time stands at `epoch` until the clock has started. */
export function businessNow(clock: BusinessClock, wireMs: number): Iso {
  const passed = Math.max(0, wireMs - Date.parse(clock.startedAt));
  return new Date(Date.parse(clock.epoch) + passed * clock.scale).toISOString();
}

/** Wire milliseconds from one business moment to another; never negative. */
export function wireDelay(clock: BusinessClock, from: Iso, until: Iso): number {
  return Math.max(0, Math.ceil((Date.parse(until) - Date.parse(from)) / clock.scale));
}

/** Wire time (ms since 1970) at which a business moment comes. */
export function wireTime(clock: BusinessClock, at: Iso): number {
  return Date.parse(clock.startedAt) + (Date.parse(at) - Date.parse(clock.epoch)) / clock.scale;
}

export function addMs(at: Iso, ms: number): Iso {
  return new Date(Date.parse(at) + ms).toISOString();
}
