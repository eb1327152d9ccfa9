/**
 * What was made lately among many objects, without reading all that a company ever had: thousands of e-mails would take
 * longer than a message may wait for a fresh picture.
 *
 * Search could filter by date, but "it may take a few moments for newly created or updated CRM objects to appear in
 * search results" (https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm#limits), and the call that
 * somebody logged a moment ago is the one that matters most. Associations and batch reads show it at once, but in no
 * order of time. Ids do rise as objects are made, yet no page of HubSpot promises it. So the highest ids are read first,
 * and before the rest is left out, a sample spread over it has to show that it is old, and ids and times of creation in
 * one order. Where they are not, everything is read.
 */
import type { Iso } from '../../../domain/model.ts';
import type { Call } from '../../kit/operation.ts';
import { chunk } from '../../kit/paginate.ts';
import type { HubSpotClient } from '../client.ts';
import { BATCH, type ObjectType } from '../paths.ts';
import type { CrmObject } from '../schemas.ts';
import { readBatch } from './objects.ts';

/** By so much, an object may be newer than another with a higher id; what is left out is older by as much. */
const DISORDER_MS = 7 * 86_400_000;
/** Batches on their way at once: of the 190 calls of ten seconds, most are for others. */
const AT_ONCE = 4;

/**
 * All objects that were created at `since` or later, and some older ones; each once, batch after batch. One that was made
 * long ago for a later time may be left out: what is planned ahead is read whole, by `readObjects`.
 * @throws TransientError where HubSpot answered in part only
 */
export async function* readSince(
  client: HubSpotClient,
  type: ObjectType,
  ids: Iterable<string>,
  { properties, since }: { properties: readonly string[]; since: Iso },
  call: Call,
): AsyncGenerator<CrmObject[]> {
  const read = (some: readonly string[]) =>
    Promise.all(chunk(some, BATCH).map((batch) => readBatch(client, type, batch, properties, call)));
  const before = Date.parse(since) - DISORDER_MS;
  let left = [...new Set(ids)].sort(highestFirst);
  let trusted = true;
  for (let atOnce = 1; left.length > 0; atOnce = Math.min(2 * atOnce, AT_ONCE)) {
    const batches = await read(left.slice(0, atOnce * BATCH));
    yield* batches;
    left = left.slice(atOnce * BATCH);
    const last = batches.at(-1) ?? [];
    if (!trusted || left.length === 0 || !areOld(last, before)) continue;
    const sample = spread(left, BATCH);
    const [sampled = []] = await read(sample);
    yield sampled;
    if (areOld(sampled, before) && areInOrder([...last, ...sampled])) return;
    trusted = false;
    const seen = new Set(sample);
    left = left.filter((id) => !seen.has(id));
  }
}

/** Ids are digits, longer than a number holds exactly. */
function highestFirst(a: string, b: string): number {
  return b.length - a.length || (a < b ? 1 : a > b ? -1 : 0);
}

/** None of them (all may be deleted), or one that does not say when it was made, shows nothing. */
function areOld(objects: CrmObject[], before: number): boolean {
  return objects.length > 0 && objects.every((object) => createdMs(object) < before);
}

function areInOrder(objects: CrmObject[]): boolean {
  let oldest = Number.POSITIVE_INFINITY;
  for (const object of objects.toSorted((a, b) => highestFirst(a.id, b.id))) {
    const created = createdMs(object);
    if (created > oldest + DISORDER_MS) return false;
    oldest = Math.min(oldest, created);
  }
  return true;
}

/** NaN, which is never before anything, where it is not said. */
const createdMs = ({ createdAt = '' }: CrmObject) => Date.parse(createdAt);

/** At most so many, from the first to the last, at even distances. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => items[Math.round(n * step)]).filter((item) => item !== undefined);
}
