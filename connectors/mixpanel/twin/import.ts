/** POST /import?strict=1: https://docs.mixpanel.com/reference/import-events */
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { PROJECT } from './project.ts';
import type { ProjectData } from './project-data.ts';

export const MAX_EVENTS = 2_000;
const EARLIEST_MS = Date.parse('1971-01-01T00:00:00Z');
const AHEAD_MS = 3_600_000;
const MAX_PROPERTIES = 255;
/** Values that stand for "nobody" by mistake: https://docs.mixpanel.com/reference/import-events */
const PLACEHOLDERS = new Set(
  '00000000-0000-0000-0000-000000000000 anon anonymous nil none null n/a na undefined unknown <nil> 0 -1 true false [] {}'.split(
    ' ',
  ),
);

export interface FailedRecord {
  index: number;
  $insert_id: string;
  field: string;
  message: string;
}
export type ImportResult = { imported: number; failed: FailedRecord[] };

interface ValidEvent {
  event: string;
  timeMs: number;
  distinctId: string;
  insertId: string;
  properties: Record<string, Json>;
}

export class Imports {
  readonly #context: TwinContext;
  readonly #data: ProjectData;
  readonly #stored = new Set<string>();

  constructor(context: TwinContext, data: ProjectData) {
    this.#context = context;
    this.#data = data;
  }

  /** Good events are stored although others of the batch are refused. */
  run(records: unknown[]): ImportResult {
    const failed: FailedRecord[] = [];
    records.forEach((record, index) => {
      const checked = check(record, this.#context.nowMs());
      if ('message' in checked) failed.push({ index, $insert_id: insertIdOf(record), ...checked });
      else this.#store(checked);
    });
    return { imported: records.length - failed.length, failed };
  }

  #store(event: ValidEvent): void {
    const tuple = JSON.stringify([event.event, event.timeMs, event.distinctId, event.insertId]);
    if (this.#stored.has(tuple)) return;
    this.#stored.add(tuple);
    this.#data.addEvent(event.event, { atMs: event.timeMs, count: 1, properties: event.properties });
    const account = event.properties[PROJECT.groupKey];
    const product = event.properties.product;
    this.#context.record({
      kind: 'event_imported',
      account: typeof account === 'string' ? account : null,
      product: typeof product === 'string' ? product : null,
      id: event.insertId,
      key: event.insertId,
      summary: event.event,
      data: { time: new Date(event.timeMs).toISOString(), properties: event.properties },
    });
  }
}

function check(record: unknown, nowMs: number): ValidEvent | { field: string; message: string } {
  const wrong = (field: string, why: string) => ({ field, message: `'${field}' is invalid: ${why}` });
  if (!isObject(record)) return wrong('event', 'must be a JSON object');
  const { event, properties } = record;
  if (typeof event !== 'string' || event === '') return wrong('event', 'must be a string that is not empty');
  if (!isObject(properties)) return wrong('properties', 'must be an object');
  if (Object.keys(properties).length > MAX_PROPERTIES)
    return wrong('properties', `must have at most ${MAX_PROPERTIES} properties`);
  const { time, distinct_id: distinctId, $insert_id: insertId } = properties;
  if (typeof time !== 'number') return wrong('properties.time', 'must be specified as seconds since epoch');
  // Seconds and milliseconds are both taken; the size tells which it is.
  const timeMs = time < 100_000_000_000 ? time * 1_000 : time;
  if (timeMs < EARLIEST_MS || timeMs > nowMs + AHEAD_MS)
    return wrong('properties.time', 'must be after 1971 and not in the future');
  if (typeof distinctId !== 'string') return wrong('properties.distinct_id', 'must be a string');
  if (PLACEHOLDERS.has(distinctId.toLowerCase())) return wrong('properties.distinct_id', 'must not be a placeholder');
  if (typeof insertId !== 'string' || !/^[A-Za-z0-9-]{1,36}$/.test(insertId)) {
    return wrong('properties.$insert_id', 'must be at most 36 letters, digits or dashes');
  }
  if (PLACEHOLDERS.has(insertId.toLowerCase())) return wrong('properties.$insert_id', 'must not be a placeholder');
  return { event, timeMs, distinctId, insertId, properties };
}

function insertIdOf(record: unknown): string {
  const id = isObject(record) && isObject(record.properties) ? record.properties.$insert_id : undefined;
  return typeof id === 'string' ? id : '';
}

/** Parsed JSON that is an object has JSON values only. */
function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
