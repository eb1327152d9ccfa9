import type { Mode, Trigger } from '../../config/schema/index.ts';
import type { Iso, Json } from '../model.ts';
import { formatDuration, formatNumber, formatPercent } from '../text.ts';
import { msBetween } from '../time.ts';
import { forecastLimit } from './forecast.ts';
import { shareUsed } from './runs.ts';
import type { Meter, ObserveInput, Run, SeenReading, Trip } from './types.ts';

export interface TripFacts {
  name: string;
  trigger: Trigger;
  meter: Meter;
  /** The reading that settled it. */
  seen: SeenReading;
  run: Run;
  atStart: boolean;
  folded: string[];
  /** What the rule measured besides use and limit. */
  numbers: Record<string, Json>;
  sentence: string;
}

/** The trip with the rule and the numbers that it saw: the later answer to "why did they get this?". */
export function toTrip(
  facts: TripFacts,
  input: Pick<ObserveInput, 'counter' | 'firstSight' | 'maxAgeMs' | 'now'>,
): Trip {
  const { name, trigger, meter, seen, run } = facts;
  const { account, product, metric, denominator } = meter;
  return {
    account,
    product,
    metric,
    key: `${account}/${product}/${metric}/${name}/${run.since}`,
    trigger: name,
    kind: trigger.when,
    play: trigger.play,
    label: trigger.label ?? null,
    mode: actingMode(trigger.mode),
    disposition: disposition(facts, input),
    occurredAt: run.since,
    observedAt: seen.observedAt,
    receivedAt: seen.receivedAt,
    used: meter.used,
    limit: meter.limit,
    utilization: meter.utilization,
    forecast: forecastLimit(meter, input.counter),
    folded: facts.folded,
    evidence: {
      rule: ruleAsJson(name, trigger),
      numbers: {
        used: meter.used,
        limit: meter.limit,
        utilization: meter.utilization,
        since: run.since,
        readings: run.readings,
        plan: denominator.plan,
        limitFrom: denominator.source,
        periodStart: meter.periodStart,
        periodEnd: meter.periodEnd,
        ...facts.numbers,
      },
      sentence: facts.sentence,
    },
  };
}

/** Triggers that are off were left out before; the type of the configured mode cannot say so. */
function actingMode(mode: Mode): Exclude<Mode, 'off'> {
  return mode === 'live' ? 'live' : 'shadow';
}

function disposition(
  facts: TripFacts,
  input: Pick<ObserveInput, 'firstSight' | 'maxAgeMs' | 'now'>,
): Trip['disposition'] {
  const maxAge = facts.trigger.max_age ?? input.maxAgeMs;
  if (facts.atStart) return 'at_start';
  if (maxAge === null) return 'fire';
  if (input.firstSight && msBetween(facts.run.since, input.now) > maxAge) return 'at_start';
  return msBetween(facts.seen.receivedAt, input.now) > maxAge ? 'expired' : 'fire';
}

/** Config is plain data; leaving out what is undefined makes it JSON. */
function ruleAsJson(name: string, trigger: Trigger): Record<string, Json> {
  const rule: Record<string, Json> = { name };
  for (const [key, value] of Object.entries(trigger)) {
    if (value !== undefined) rule[key] = value;
  }
  return rule;
}

export function levelSentence(meter: Meter, level: number, run: Run): string {
  const reached = level === 1 ? 'its limit' : formatPercent(level);
  return `${meter.metric} stands at ${ofLimit(meter)} (${formatPercent(shareUsed(meter))}); it has been at or above ${reached} ${lasting(run)}.`;
}

export function atStartSentence(meter: Meter, level: number): string {
  return `${meter.metric} was already at or above ${formatPercent(level)} when we first looked: ${ofLimit(meter)}.`;
}

/** Levels exist only below a limit. */
function ofLimit(meter: Meter): string {
  return `${formatNumber(meter.used)} of ${formatNumber(meter.limit ?? 0)}`;
}

/** "in 4 readings over 18 h" or "in the newest reading". */
function lasting(run: Run): string {
  if (run.readings === 1) return 'in the newest reading';
  return `in ${run.readings} readings over ${formatDuration(msBetween(run.since, run.until))}`;
}

/** Times at which the run's readings were taken: a correction of one of them shakes the trip. */
export function basisOf(readings: SeenReading[], since: Iso): Iso[] {
  return readings.filter((seen) => seen.observedAt >= since && !seen.stale).map((seen) => seen.observedAt);
}
