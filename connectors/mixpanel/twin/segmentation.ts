/** GET /api/query/segmentation: https://docs.mixpanel.com/reference/segmentation-query */
import type { Json } from '../../../domain/model.ts';
import { dayLabel, hourLabel, series } from './buckets.ts';
import { parseFilter, propertyName } from './expressions.ts';
import type { CountedEvents } from './project-data.ts';

const DEFAULT_GROUPS = 60;
const MAX_GROUPS = 10_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export type SegmentationResult =
  | { error: string }
  | { data: { series: string[]; values: Record<string, Record<string, number>> }; legend_size: number };

export function runSegmentation(
  query: Record<string, string | undefined>,
  eventsNamed: (name: string) => Iterable<CountedEvents>,
): SegmentationResult {
  const { event, from_date: from, to_date: to, on, where, unit = 'day', type = 'general' } = query;
  if (!event) return { error: 'event is a required parameter' };
  if (!from || !DAY.test(from) || !to || !DAY.test(to))
    return { error: 'from_date and to_date are required in the format yyyy-mm-dd' };
  if (unit !== 'day' && unit !== 'hour') return { error: `unit ${unit} is not simulated: day or hour` };
  if (type !== 'general') return { error: `type ${type} is not simulated: general` };
  const property = on === undefined ? null : propertyName(on);
  if (on !== undefined && property === null) return { error: `unable to parse expression: ${on}` };
  const matches = where === undefined ? () => true : parseFilter(where);
  if (matches === null) return { error: `unable to parse expression: ${where}` };

  const groups = new Map<string, { total: number; buckets: Map<string, number> }>();
  for (const { atMs, count, properties } of eventsNamed(event)) {
    const day = dayLabel(atMs);
    if (day < from || day > to || !matches(properties)) continue;
    const name = property === null ? event : groupName(properties[property]);
    const group = groups.get(name) ?? { total: 0, buckets: new Map<string, number>() };
    const bucket = unit === 'day' ? day : hourLabel(atMs);
    group.buckets.set(bucket, (group.buckets.get(bucket) ?? 0) + count);
    group.total += count;
    groups.set(name, group);
  }
  const limit = Math.min(MAX_GROUPS, Number(query.limit) || DEFAULT_GROUPS);
  const top = [...groups].sort(([, a], [, b]) => b.total - a.total).slice(0, limit);
  const labels = series(from, to, unit);
  const values = Object.fromEntries(
    top.map(([name, { buckets }]) => [
      name,
      Object.fromEntries(labels.map((label) => [label, buckets.get(label) ?? 0])),
    ]),
  );
  return { data: { series: labels, values }, legend_size: top.length };
}

/** Group values come as text; events without the property make a group of their own. */
function groupName(value: Json | undefined): string {
  if (value === undefined) return 'undefined';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
