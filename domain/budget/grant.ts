/**
 * Who gets which slots of a connection. One pure step: the state under lock, what one process tells and asks, and the
 * moment; out comes the next state and the answer.
 */
import {
  endCalls,
  freeNow,
  hearTold,
  isIdle,
  isOwed,
  maxOf,
  nextSlot,
  noteWaiting,
  openBucket,
  release,
  settleCredit,
  takeSlot,
  tidyBucket,
  wireWindow,
} from './bucket.ts';
import {
  type Answer,
  type Ask,
  type Bucket,
  type Now,
  type PermitState,
  PRIORITIES,
  type Wait,
  type Want,
} from './types.ts';

/** Wire time. A process that has not asked for so long is dead, or as good as: its calls have ended. */
export const LEASE_MS = 30_000;
/** Slots are promised a little before they are free, so that nobody has to ask at the very moment. */
const MOST_AHEAD_MS = 1_000;
/** A process that waits asks again at least so much later than it was told to. */
const WAITS_ON_MS = 500;
/** Between two questions of one process for the same, at least; and while all slots are those of calls under way. */
const SOONEST_MS = 15;
const UNDER_WAY_MS = 50;
/** Kept at hand by a process while at least half of a bucket is free, so that not every call asks. */
const SPARE = 0.1;
const MOST_SPARES = 10;

/** @throws Error when a bucket is named without its limit */
export function grantPermits(before: PermitState, ask: Ask, now: Now): { state: PermitState; answer: Answer } {
  const state = structuredClone(before);
  for (const limit of ask.limits) {
    const known = state.buckets[limit.bucket];
    if (known) known.limit = limit;
    else state.buckets[limit.bucket] = openBucket(limit);
  }
  for (const bucket of Object.values(state.buckets)) tidyBucket(bucket, now);
  giveBack(state, ask, now);
  for (const told of ask.told) hearTold(bucketOf(state, told.bucket), told, now);

  const grants = share(state, ask, now);
  const answer = answerOf(state, ask, grants, now);
  keepHolder(state, ask, answer, now);
  const wanted = new Set(Object.values(state.holders).flatMap(({ wants }) => wants.flatMap(({ buckets }) => buckets)));
  for (const [name, bucket] of Object.entries(state.buckets))
    if (isIdle(bucket, now) && !wanted.has(name)) delete state.buckets[name];
  return { state, answer };
}

function giveBack(state: PermitState, ask: Ask, now: Now): void {
  for (const { buckets, n, wireMsAgo } of ask.ended)
    for (const name of buckets) endCalls(bucketOf(state, name), ask.holder, n, now.wire - wireMsAgo, now);
  for (const { buckets, n } of ask.unused) for (const name of buckets) release(bucketOf(state, name), ask.holder, n);
  for (const [holder, { until }] of Object.entries(state.holders)) {
    if (until > now.wire) continue;
    for (const bucket of Object.values(state.buckets)) endCalls(bucket, holder, bucket.held[holder] ?? 0, until, now);
    delete state.holders[holder];
  }
}

interface Demand extends Want {
  holder: string;
  grantedAt: number;
  given: number;
}
interface Turn {
  demand: Demand;
  wire: number;
  /** By bucket: the cooling slot that is taken, or null for one that is free. */
  slots: (number | null)[];
}

/**
 * Deals slots out as if everybody who waits had asked now, and keeps what the asker gets of it. What falls to others
 * stays where it is: they come for it in a moment.
 */
function share(state: PermitState, ask: Ask, now: Now): Turn[] {
  const table = structuredClone(state);
  const demands = [...ownDemands(state, ask), ...othersDemands(state, ask.holder, now)];
  for (const { buckets, priority } of demands)
    for (const name of buckets) for (const one of [state, table]) noteWaiting(bucketOf(one, name), priority, now);
  const mine: Turn[] = [];
  for (let turn = nextTurn(table, demands, now); turn !== null; turn = nextTurn(table, demands, now)) {
    give(table, turn, now);
    turn.demand.given += 1;
    if (turn.demand.holder === ask.holder) mine.push(turn);
  }
  for (const turn of mine) give(state, turn, now);
  const waiting = demands.some(({ given, n }) => given < n);
  return waiting ? mine : [...mine, ...spares(state, demands, ask.holder, now)];
}

/** Nobody waits, so the asker may keep a few more at hand. */
function spares(state: PermitState, demands: Demand[], asker: string, now: Now): Turn[] {
  const more: Turn[] = [];
  for (const demand of demands.filter(({ holder }) => holder === asker)) {
    const buckets = demand.buckets.map((name) => bucketOf(state, name));
    const wanted = Math.min(MOST_SPARES, ...buckets.map((bucket) => Math.floor(maxOf(bucket) * SPARE)));
    for (let n = 0; n < wanted && buckets.every((bucket) => freeNow(bucket) > maxOf(bucket) / 2); n++) {
      const turn = slotsFor(state, demand, now);
      if (turn === null || turn.wire > now.wire) break;
      give(state, turn, now);
      more.push(turn);
    }
  }
  return more;
}

function ownDemands(state: PermitState, ask: Ask): Demand[] {
  const grantedAt = state.holders[ask.holder]?.grantedAt ?? 0;
  return ask.wants.map((want) => ({ ...want, holder: ask.holder, grantedAt, given: 0 }));
}

function othersDemands(state: PermitState, asker: string, now: Now): Demand[] {
  return Object.entries(state.holders)
    .filter(([holder, { wantsUntil }]) => holder !== asker && wantsUntil > now.wire)
    .flatMap(([holder, { wants, grantedAt }]) => wants.map((want) => ({ ...want, holder, grantedAt, given: 0 })));
}

/** Owed first, then the most urgent, then who got least in this round and nothing for longest. */
function nextTurn(table: PermitState, demands: Demand[], now: Now): Turn | null {
  let best: { turn: Turn; rank: number[] } | null = null;
  for (const demand of demands) {
    if (demand.given >= demand.n) continue;
    const turn = slotsFor(table, demand, now);
    if (turn === null || turn.wire > now.wire + aheadOf(table, demand.buckets, now)) continue;
    const owed = demand.buckets.some((name) => isOwed(bucketOf(table, name), demand.priority));
    const rank = [owed ? 0 : 1, PRIORITIES.indexOf(demand.priority), demand.given, demand.grantedAt];
    if (best === null || isBefore(rank, best.rank)) best = { turn, rank };
  }
  return best?.turn ?? null;
}

function slotsFor(table: PermitState, demand: Demand, now: Now): Turn | null {
  let wire = now.wire;
  const slots: (number | null)[] = [];
  for (const name of demand.buckets) {
    const slot = nextSlot(bucketOf(table, name), demand.priority, now);
    if (slot.wire === null) return null;
    wire = Math.max(wire, slot.wire);
    slots.push(slot.until);
  }
  return { demand, wire, slots };
}

function give(state: PermitState, { demand, slots }: Turn, now: Now): void {
  for (const [index, name] of demand.buckets.entries()) {
    const bucket = bucketOf(state, name);
    takeSlot(bucket, demand.holder, slots[index] ?? null);
    settleCredit(bucket, demand.priority, now);
  }
}

function isBefore(a: number[], b: number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function aheadOf(state: PermitState, names: string[], now: Now): number {
  const windows = names.map((name) => wireWindow(bucketOf(state, name), now)).filter((ms) => ms !== null);
  return Math.min(MOST_AHEAD_MS, ...windows.map((ms) => ms / 4));
}

function answerOf(state: PermitState, ask: Ask, turns: Turn[], now: Now): Answer {
  const grants = turns.map(({ demand: { buckets, priority }, wire }) => {
    return { buckets, priority, inMs: Math.max(0, wire - now.wire) };
  });
  const left = ask.wants
    .map((want) => ({ ...want, n: want.n - turns.filter(({ demand }) => isSame(demand, want)).length }))
    .filter(({ n }) => n > 0);
  const waits = left.map(({ buckets, priority }) => ({ buckets, priority, ...waitOf(state, buckets, priority, now) }));
  const named = new Set(ask.limits.map(({ bucket }) => bucket));
  const contended = othersDemands(state, ask.holder, now).some(({ buckets }) => buckets.some((b) => named.has(b)));
  return { grants, waits, contended, spent: spentOf(state, waits) };
}

function waitOf(state: PermitState, names: string[], priority: Want['priority'], now: Now) {
  const waits = names.map((name) => {
    const { wire } = nextSlot(bucketOf(state, name), priority, now);
    return { bucket: name, ms: wire === null ? 0 : wire - now.wire, againMs: wire === null ? UNDER_WAY_MS : 0 };
  });
  const longest = waits.reduce(
    (most, one) => (one.ms > most.ms ? one : most),
    waits[0] ?? { bucket: '', ms: 0, againMs: 0 },
  );
  const soon = Math.max(longest.ms - aheadOf(state, names, now), ...waits.map(({ againMs }) => againMs), SOONEST_MS);
  return { ...longest, againMs: Math.min(soon, MOST_AHEAD_MS) };
}

function spentOf(state: PermitState, waits: Wait[]): Answer['spent'] {
  for (const { bucket: name } of waits) {
    const bucket = bucketOf(state, name);
    const { window } = bucket.limit;
    if (window.kind === 'until' && freeNow(bucket) <= 0)
      return { bucket: name, max: maxOf(bucket), businessUntil: window.businessAt };
  }
  return null;
}

function keepHolder(state: PermitState, ask: Ask, answer: Answer, now: Now): void {
  const wants = answer.waits.map(({ buckets, priority }) => {
    const want = ask.wants.find((one) => isSame(one, { buckets, priority }));
    const got = answer.grants.filter((grant) => isSame(grant, { buckets, priority })).length;
    return { buckets, priority, n: (want?.n ?? 0) - got };
  });
  const holds = Object.values(state.buckets).some(({ held }) => ask.holder in held);
  if (wants.length === 0 && !holds) {
    delete state.holders[ask.holder];
    return;
  }
  const grantedAt = answer.grants.length > 0 ? now.wire : (state.holders[ask.holder]?.grantedAt ?? 0);
  const wantsUntil = now.wire + MOST_AHEAD_MS + WAITS_ON_MS;
  state.holders[ask.holder] = { until: now.wire + LEASE_MS, grantedAt, wants, wantsUntil };
}

function isSame(a: Pick<Want, 'buckets' | 'priority'>, b: Pick<Want, 'buckets' | 'priority'>): boolean {
  return (
    a.priority === b.priority && a.buckets.length === b.buckets.length && a.buckets.every((n, i) => n === b.buckets[i])
  );
}

function bucketOf(state: PermitState, name: string): Bucket {
  const bucket = state.buckets[name];
  if (!bucket) throw new Error(`bucket ${name} was named without its limit`);
  return bucket;
}
