/** Labels of days and hours in the project's zone. Offsets change on the hour, so a label is kept per UTC half hour. */
import { DateTime } from 'luxon';
import { PROJECT } from './project.ts';

const HALF_HOUR_MS = 1_800_000;
const labels = new Map<number, string>();

/** `yyyy-mm-dd hh:00:00` in the project's zone. */
export function hourLabel(ms: number): string {
  const slot = Math.floor(ms / HALF_HOUR_MS);
  let label = labels.get(slot);
  if (label === undefined) {
    label = DateTime.fromMillis(slot * HALF_HOUR_MS, { zone: PROJECT.timezone }).toFormat('yyyy-MM-dd HH:00:00');
    labels.set(slot, label);
  }
  return label;
}

export function dayLabel(ms: number): string {
  return hourLabel(ms).slice(0, 10);
}

/** All labels between two days, both inclusive. */
export function series(from: string, to: string, unit: 'hour' | 'day'): string[] {
  const found: string[] = [];
  const end = DateTime.fromISO(to, { zone: PROJECT.timezone }).endOf('day');
  for (
    let at = DateTime.fromISO(from, { zone: PROJECT.timezone }).startOf('day');
    at <= end;
    at = at.plus({ [`${unit}s`]: 1 })
  ) {
    found.push(unit === 'day' ? at.toFormat('yyyy-MM-dd') : at.toFormat('yyyy-MM-dd HH:00:00'));
  }
  return [...new Set(found)];
}
