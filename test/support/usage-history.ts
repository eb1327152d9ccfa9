import type { Trigger } from '../../config/schema/index.ts';
import type { Denominator, Reading } from '../../domain/model.ts';
import { observe } from '../../domain/usage/observe.ts';
import type { Meter, Observed, ObserveInput } from '../../domain/usage/types.ts';

export const START = Date.parse('2026-03-02T00:00:00Z');
export const HOUR = 3_600_000;

/** The moment so many hours after the beginning of the history. */
export function hour(hours: number): string {
  return new Date(START + hours * HOUR).toISOString();
}

export function day(days: number): string {
  return hour(days * 24);
}

export const SUBJECT = { account: 'acme', product: 'core', metric: 'storage_gb' };

export function reading(hours: number, used: number, more: Partial<Reading> = {}): Reading {
  return { source: 'file', ...SUBJECT, observedAt: hour(hours), receivedAt: hour(hours), used, ...more };
}

export function denominator(more: Partial<Denominator> = {}): Denominator {
  return {
    limit: 100,
    source: 'plan',
    periodStart: day(0),
    periodEnd: day(30),
    plan: 'starter',
    usagePriced: false,
    ...more,
  };
}

const shared = { play: 'p', mode: 'live' } as const;

export function utilization(at: number, more: Partial<Extract<Trigger, { when: 'utilization' }>> = {}): Trigger {
  return { when: 'utilization', at, ...shared, ...more };
}

export function limitReached(more: Partial<Extract<Trigger, { when: 'limit_reached' }>> = {}): Trigger {
  return { when: 'limit_reached', ...shared, ...more };
}

export function velocity(more: Partial<Extract<Trigger, { when: 'velocity' }>> = {}): Trigger {
  return {
    when: 'velocity',
    growth: 0.4,
    versus: 28 * 24 * HOUR,
    for: 7 * 24 * HOUR,
    min_weekly: 1_000,
    ...shared,
    ...more,
  };
}

export function decline(more: Partial<Extract<Trigger, { when: 'decline_after_limit' }>> = {}): Trigger {
  return { when: 'decline_after_limit', drop: 0.3, within: 30 * 24 * HOUR, ...shared, ...more };
}

/** The ladder of the product's own recipe, without confirmation. */
export const LADDER = { usage_80: utilization(0.8), usage_95: utilization(0.95), hard_limit: limitReached() };

/** Folds a history in one go; `now` is when the last reading came. */
export function fold(readings: Reading[], more: Partial<ObserveInput> = {}): Observed {
  return observe({
    meter: null,
    subject: SUBJECT,
    readings,
    denominatorAt: () => denominator(),
    counter: false,
    triggers: LADDER,
    firstSight: false,
    maxAgeMs: null,
    now: readings.at(-1)?.receivedAt ?? day(0),
    ...more,
  });
}

/** The meter after a history that must leave one. */
export function meterOf(observed: Observed): Meter {
  if (observed.meter === null) throw new Error('the history left no meter');
  return observed.meter;
}

/** `usage_80@24` for a trip that began 24 hours into the history. */
export function tripsOf(observed: Observed): string[] {
  return observed.trips.map(
    (trip) =>
      `${trip.trigger}@${(Date.parse(trip.occurredAt) - START) / HOUR}${trip.disposition === 'fire' ? '' : ` ${trip.disposition}`}`,
  );
}

/** A counter's monthly periods of 30 days from the beginning on. */
export function monthly(at: string): Pick<Denominator, 'periodStart' | 'periodEnd'> {
  const index = Math.floor((Date.parse(at) - START) / (30 * 24 * HOUR));
  return { periodStart: day(index * 30), periodEnd: day((index + 1) * 30) };
}

/** Readings of a counter, one every `step` hours, from the use of each hour. */
export function counterReadings(hours: number, step: number, useAt: (hour: number) => number): Reading[] {
  const out: Reading[] = [];
  let used = 0;
  for (let h = 0; h < hours; h++) {
    if (h % (30 * 24) === 0) used = 0;
    if (h % step === 0) out.push(reading(h, Math.floor(used), { periodStart: monthly(hour(h)).periodStart }));
    used += useAt(h);
  }
  return out;
}
