import { type BusinessClock, businessNow, wireTime } from '../../domain/clock.ts';
import type { Iso } from '../../domain/model.ts';

/** The business clock of one sandbox, read against the machine's clock. */
export interface SandboxClock {
  now: () => Iso;
  nowMs: () => number;
  /** Wire milliseconds until a business moment; 0 when it has passed. */
  wireDelayUntil: (at: Iso) => number;
}

export function createClock(clock: BusinessClock): SandboxClock {
  const now = () => businessNow(clock, Date.now());
  return {
    now,
    nowMs: () => Date.parse(now()),
    wireDelayUntil: (at) => Math.max(0, Math.ceil(wireTime(clock, at) - Date.now())),
  };
}
