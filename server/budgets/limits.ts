import { bucketsOf, type VendorLimit, windowMs } from '../../connectors/kit/budget.ts';
import type { Limit, Window } from '../../domain/budget/types.ts';
import { addLocalDays, startOfLocalDay } from '../../domain/calendar/local.ts';
import type { Iso } from '../../domain/model.ts';

const HOUR_MS = 3_600_000;

/** A connection's limits, as the permit table counts them. */
export interface ConnectionLimits {
  /** Of a call that names these keys. */
  of: (keys: readonly string[]) => Limit[];
  /** Those that count the subject of this key alone: the channel, not the workspace. */
  only: (key: string) => Limit[];
  /** Of one limit by its name, where it is not counted for each subject apart. */
  named: (name: string) => Limit | null;
}

export function connectionLimits(
  limits: readonly VendorLimit[],
  options: { own: Record<string, number>; zoneOf: (limit: VendorLimit) => string; now: () => Iso },
): ConnectionLimits {
  const make = (bucket: string, limit: VendorLimit): Limit => {
    const window = windowOf(limit, options.zoneOf(limit), options.now());
    return { bucket, max: limit.max, cap: options.own[limit.name] ?? null, window };
  };
  return {
    of: (keys) => bucketsOf(limits, keys).map(([bucket, limit]) => make(bucket, limit)),
    only: (key) =>
      bucketsOf(limits, [key])
        .filter(([, limit]) => limit.of !== undefined)
        .map(([bucket, limit]) => make(bucket, limit)),
    named: (name) => {
      const limit = limits.find((one) => one.name === name && one.each !== true);
      return limit === undefined ? null : make(name, limit);
    },
  };
}

function windowOf(limit: VendorLimit, zone: string, now: Iso): Window {
  if (limit.per === 'at_once') return { kind: 'at_once' };
  const ms = windowMs(limit);
  if (ms !== null) return { kind: 'rolling', ms, clock: ms < HOUR_MS ? 'wire' : 'business' };
  const tomorrow = startOfLocalDay(addLocalDays(startOfLocalDay(now, zone), 1, zone), zone);
  return { kind: 'until', businessAt: Date.parse(tomorrow) };
}
