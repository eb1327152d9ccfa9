import { HOUR_MS, toMs } from '../time.ts';
import type { DayBucket } from './types.ts';

/** Total use of a counter over time, across its periods, as points to interpolate between. Times in ms since 1970. */
export interface Curve {
  points: { at: number; total: number }[];
}

/** A stretch shorter than this says nothing about a rate. */
const RATE_FROM_MS = 6 * HOUR_MS;

/**
 * Strings the days' last counts together. Within a period a count never falls: values that would make it fall are
 * misreadings (another unit for some hours) and are left out. What was used between the last count of a period and its
 * reset is taken at the pace before it.
 */
export function toCurve(days: DayBucket[]): Curve {
  const points: Curve['points'] = [];
  let total = 0;
  let pace = 0;
  let previous: DayBucket | null = null;
  for (const bucket of plausible(days.filter((day) => !day.partial))) {
    const at = toMs(bucket.observedAt);
    if (previous !== null) {
      const from = toMs(previous.observedAt);
      const sameStart = previous.periodStart === bucket.periodStart;
      const reset = sameStart ? from : Math.max(from, toMs(bucket.periodStart ?? bucket.observedAt));
      const grown = sameStart ? bucket.used - previous.used : bucket.used;
      if (at - reset >= RATE_FROM_MS) pace = grown / (at - reset);
      total += grown + (sameStart ? 0 : pace * (reset - from));
    }
    points.push({ at, total });
    previous = bucket;
  }
  return { points };
}

/** Use between two moments; null where the curve does not reach. */
export function usedBetween(curve: Curve, from: number, to: number): number | null {
  const start = totalAt(curve, from);
  const end = totalAt(curve, to);
  return start === null || end === null ? null : end - start;
}

/** Use in each of the last `count` spans of 24 hours before `end`, newest first; null where the curve does not reach. */
export function dailyUse(curve: Curve, end: number, count: number): number[] | null {
  const out: number[] = [];
  for (let i = 0; i < count; i++) {
    const used = usedBetween(curve, end - (i + 1) * 24 * HOUR_MS, end - i * 24 * HOUR_MS);
    if (used === null) return null;
    out.push(used);
  }
  return out;
}

function totalAt(curve: Curve, at: number): number | null {
  const { points } = curve;
  const next = points.findIndex((point) => point.at >= at);
  const b = points[next];
  if (b === undefined) return null;
  if (b.at === at) return b.total;
  const a = points[next - 1];
  if (a === undefined) return null;
  return a.total + ((b.total - a.total) * (at - a.at)) / (b.at - a.at);
}

/** Per period, the longest series of counts that never falls. */
function plausible(days: DayBucket[]): DayBucket[] {
  return [...Map.groupBy(days, (day) => day.periodStart).values()].flatMap(longestRising);
}

interface Path {
  day: DayBucket;
  length: number;
  before: Path | null;
}

function longestRising(days: DayBucket[]): DayBucket[] {
  const paths: Path[] = [];
  for (const day of days) {
    const before = longestOf(paths.filter((path) => path.day.used <= day.used));
    paths.push({ day, length: before === null ? 1 : before.length + 1, before });
  }
  const out: DayBucket[] = [];
  for (let path = longestOf(paths); path !== null; path = path.before) out.unshift(path.day);
  return out;
}

/** Of equals the later one: the newest readings are the likeliest to be right. */
function longestOf(paths: Path[]): Path | null {
  return paths.reduce<Path | null>((best, path) => (best === null || path.length >= best.length ? path : best), null);
}
