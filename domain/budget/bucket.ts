/** Slots of one bucket: how many are free, when the next one is, and how they change hands. */
import { type Bucket, type Limit, type Now, PRIORITIES, type Priority, type Told } from './types.ts';

/** Windows are cut into so many grains, so that a busy bucket stays a short list. Rounded up: never a slot too early. */
const GRAINS = 200;
/** For such a part of a rolling window others' calls count that a header told of: half an hour of a day. */
const TOLD_ANEW = 48;

/** One in seven: more than a tenth, since one who is late with a question loses some of its turns. */
const OWED_AFTER = 6;
/** Who asks for one call after the other does not wait at every moment: for so long it is taken to wait on. */
const WAITS_ON_MS = 3_000;
/**
 * What is kept for a sweep that is at a page: its tenth, since a long window's slots come free together and are gone
 * together. In a short one some come free all the time: less is enough, and less lies idle.
 */
const SWEEPS_SHARE = 0.1;
const SHORT_WINDOW = { ms: 2_000, share: 0.075 };

const NO_CREDIT: Record<Priority, number> = { click: 0, alert: 0, message: 0, sweep: 0 };

export function openBucket(limit: Limit): Bucket {
  return { limit, toldMax: null, cooling: [], held: {}, credit: { ...NO_CREDIT }, waitedAt: {}, closedUntil: 0 };
}

export function maxOf({ limit, toldMax }: Bucket): number {
  return Math.min(toldMax ?? limit.max, limit.cap ?? Number.POSITIVE_INFINITY);
}

/** Whether the bucket's windows run by the wire clock; else by the business clock. */
function onWire({ limit: { window } }: Bucket): boolean {
  return window.kind === 'at_once' || (window.kind === 'rolling' && window.clock === 'wire');
}

/** A wire moment on the clock by which this bucket's windows run, and back. */
function ownTime(bucket: Bucket, now: Now, wire: number): number {
  return onWire(bucket) ? wire : now.business + (wire - now.wire) * now.scale;
}
function wireTimeOf(bucket: Bucket, now: Now, own: number): number {
  return onWire(bucket) ? own : now.wire + Math.ceil((own - now.business) / now.scale);
}

/** Forgets what has passed. */
export function tidyBucket(bucket: Bucket, now: Now): void {
  const own = ownTime(bucket, now, now.wire);
  bucket.cooling = bucket.cooling.filter(([until]) => until > own);
}

export function isIdle({ cooling, held, closedUntil, toldMax }: Bucket, now: Now): boolean {
  return cooling.length === 0 && Object.keys(held).length === 0 && closedUntil <= now.wire && toldMax === null;
}

/** Gives back slots of a call that ended at this wire time; the bucket's window runs from there. */
export function endCalls(bucket: Bucket, holder: string, n: number, endedWire: number, now: Now): void {
  const had = release(bucket, holder, n);
  const { window } = bucket.limit;
  if (window.kind === 'until') cool(bucket, window.businessAt, had);
  if (window.kind === 'rolling') cool(bucket, ownTime(bucket, now, endedWire) + window.ms, had);
}

/** Takes slots off a holder. @returns how many it really had: those of a process given up for dead are free already */
export function release(bucket: Bucket, holder: string, n: number): number {
  const had = Math.min(n, bucket.held[holder] ?? 0);
  const left = (bucket.held[holder] ?? 0) - had;
  if (left > 0) bucket.held[holder] = left;
  else delete bucket.held[holder];
  return had;
}

function cool(bucket: Bucket, until: number, n: number): void {
  if (n === 0) return;
  const { window } = bucket.limit;
  const grain = window.kind === 'rolling' ? Math.max(1, window.ms / GRAINS) : 1;
  const rounded = Math.ceil(until / grain) * grain;
  const same = bucket.cooling.find(([at]) => at === rounded);
  if (same) same[1] += n;
  else bucket.cooling = [...bucket.cooling, [rounded, n] as [number, number]].sort(([a], [b]) => a - b);
}

/**
 * Takes in what a header said. How many are left counts for long windows only: in a short one it is past before it
 * is told, and slots would be taken for somebody else's that are our own and free again.
 */
export function hearTold(bucket: Bucket, told: Told, now: Now): void {
  if (told.max !== undefined && told.max > 0) bucket.toldMax = told.max;
  if (told.closedForMs !== undefined) bucket.closedUntil = Math.max(bucket.closedUntil, now.wire + told.closedForMs);
  if (told.left === undefined || onWire(bucket)) return;
  const others = Math.max(0, freeNow(bucket) - told.left.n);
  const { window } = bucket.limit;
  // What rolls comes back bit by bit, and every answer tells it anew; of a day that has ended since, it says nothing.
  const until = window.kind === 'rolling' ? now.business + window.ms / TOLD_ANEW : told.left.businessUntil;
  if (until > now.business) cool(bucket, until, others);
}

/** Below 0 after a vendor lowered its limit. */
export function freeNow(bucket: Bucket): number {
  const cooling = bucket.cooling.reduce((sum, [, n]) => sum + n, 0);
  const held = Object.values(bucket.held).reduce((sum, n) => sum + n, 0);
  return maxOf(bucket) - cooling - held;
}

export function noteWaiting(bucket: Bucket, priority: Priority, now: Now): void {
  bucket.waitedAt = { ...bucket.waitedAt, [priority]: now.wire };
}

function waitsOn({ waitedAt }: Bucket, priority: Priority, now: Now): boolean {
  // Rows of older versions know of none.
  return now.wire - (waitedAt?.[priority] ?? Number.NEGATIVE_INFINITY) < WAITS_ON_MS;
}

/** Whether it goes before those who are more urgent: enough of them went before it. */
export function isOwed({ credit }: Bucket, priority: Priority): boolean {
  return credit[priority] >= OWED_AFTER;
}

/** A slot went to this priority: the others who wait have more due to them, it has less. */
export function settleCredit(bucket: Bucket, given: Priority, now: Now): void {
  // Nobody is owed more than a bucket: after a long time without a turn it must not take all there is.
  const most = Math.max(maxOf(bucket), 2 * OWED_AFTER);
  for (const priority of PRIORITIES) {
    const credit = bucket.credit[priority];
    if (priority === given) bucket.credit[priority] = Math.max(0, credit - OWED_AFTER);
    else bucket.credit[priority] = waitsOn(bucket, priority, now) ? Math.min(most, credit + 1) : 0;
  }
}

/**
 * Slots that all others leave to the sweeps. Those ask for all of their calls at once and are promised slots before they
 * are free; a sweep wants its next page when it has the last one, and would find nothing but what nobody else wanted.
 */
function keptForSweeps(bucket: Bucket, now: Now): number {
  const windowMs = wireWindow(bucket, now);
  if (windowMs === null || !waitsOn(bucket, 'sweep', now)) return 0;
  const share = windowMs > SHORT_WINDOW.ms ? SWEEPS_SHARE : SHORT_WINDOW.share;
  return Math.min(Math.floor(bucket.credit.sweep / OWED_AFTER), Math.floor(maxOf(bucket) * share));
}

/**
 * What a priority leaves for those above it, and for sweeps. A rate frees its slots again in seconds, so that a twentieth is enough for
 * the next click not to wait; a day's quota does not, so each priority above keeps a tenth of it.
 */
function leaves(bucket: Bucket, priority: Priority, now: Now): number {
  const above = { click: 0, alert: 1, message: 2, sweep: 3 }[priority];
  if (above === 0) return 0;
  if (bucket.limit.window.kind === 'until') return Math.floor(maxOf(bucket) * 0.1 * above);
  return Math.floor(maxOf(bucket) * 0.05) + (priority === 'sweep' ? 0 : keptForSweeps(bucket, now));
}

/**
 * Which slot the next call of this priority would get: null, one that is free now, or the `until` of one that cools.
 * `wire` is when; null: all that could come free are under way, and nobody knows when they end.
 */
export function nextSlot(
  bucket: Bucket,
  priority: Priority,
  now: Now,
): { wire: number; until: number | null } | { wire: null } {
  let skip = leaves(bucket, priority, now) - freeNow(bucket);
  if (skip < 0) return { wire: Math.max(now.wire, bucket.closedUntil), until: null };
  for (const [until, n] of bucket.cooling) {
    if (skip < n) return { wire: Math.max(wireTimeOf(bucket, now, until), bucket.closedUntil), until };
    skip -= n;
  }
  return { wire: null };
}

export function takeSlot(bucket: Bucket, holder: string, until: number | null): void {
  bucket.held[holder] = (bucket.held[holder] ?? 0) + 1;
  if (until === null) return;
  const entry = bucket.cooling.find(([at]) => at === until);
  if (!entry) throw new Error(`bucket ${bucket.limit.bucket} has no slot that is free at ${until}`);
  entry[1] -= 1;
  if (entry[1] === 0) bucket.cooling = bucket.cooling.filter((one) => one !== entry);
}

/** The window as wire milliseconds; null where nothing comes back with time alone. */
export function wireWindow({ limit: { window } }: Bucket, now: Now): number | null {
  if (window.kind !== 'rolling') return null;
  return window.clock === 'wire' ? window.ms : window.ms / now.scale;
}
