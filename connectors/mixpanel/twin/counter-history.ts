/**
 * World files give a counter's value since the period began; Mixpanel holds events. Each period's readings become
 * increments: what was counted between two readings is an event count at the later one.
 */
import type { WorldReading } from '../../../sandbox/frame/types.ts';

export interface Increment {
  atMs: number;
  count: number;
}

interface PeriodHistory {
  startMs: number;
  /** Latest word on each observed moment: a correction replaces what stood there. */
  observed: Map<number, number>;
  increments: Increment[];
}

const HOUR_MS = 3_600_000;

export class CounterHistory {
  readonly #periods = new Map<string, PeriodHistory>();
  readonly #seen = new Set<string>();

  /** Repeated deliveries of a row (same id) change nothing. */
  add(row: WorldReading): void {
    if (row.periodStart === null || this.#seen.has(row.id)) return;
    this.#seen.add(row.id);
    const startMs = Date.parse(row.periodStart);
    const history = this.#periods.get(row.periodStart) ?? { startMs, observed: new Map(), increments: [] };
    this.#periods.set(row.periodStart, history);
    // Mixpanel takes no event of the future: a clock that runs ahead is set back to the moment of arrival.
    history.observed.set(Math.min(Date.parse(row.observedAt), Date.parse(row.receivedAt)), row.used);
    history.increments = toIncrements(
      history,
      row.periodEnd === null ? Number.POSITIVE_INFINITY : Date.parse(row.periodEnd),
    );
  }

  *increments(): Iterable<Increment> {
    for (const { increments } of this.#periods.values()) yield* increments;
  }
}

function toIncrements({ startMs, observed }: PeriodHistory, endMs: number): Increment[] {
  const increments: Increment[] = [];
  let total = 0;
  for (const [observedMs, used] of [...observed].sort(([a], [b]) => a - b)) {
    // What was counted happened before it was read, and inside the period.
    const atMs = Math.max(startMs, Math.min(observedMs, endMs) - 1_000);
    if (increments.length === 0) increments.push(...spread(used, startMs, atMs));
    else if (used >= total) increments.push({ atMs, count: used - total });
    else takeBack(increments, total - used);
    total = used;
  }
  return increments.filter(({ count }) => count > 0);
}

/** The first reading of a period may come weeks after its start: its use was no burst, so it is spread evenly by hour. */
function spread(used: number, startMs: number, atMs: number): Increment[] {
  const hours = Math.max(1, Math.floor((atMs - startMs) / HOUR_MS));
  const parts: Increment[] = [];
  for (let hour = 1; hour <= hours; hour++) {
    const count = Math.floor((used * hour) / hours) - Math.floor((used * (hour - 1)) / hours);
    if (count > 0 || hour === hours)
      parts.push({ atMs: hour === hours ? atMs : startMs + (hour - 1) * HOUR_MS, count });
  }
  return parts;
}

/** A lower value means that the latest events were counted by mistake. */
function takeBack(increments: Increment[], excess: number): void {
  let left = excess;
  for (let index = increments.length - 1; index >= 0 && left > 0; index--) {
    const increment = increments[index];
    if (!increment) continue;
    const taken = Math.min(increment.count, left);
    increment.count -= taken;
    left -= taken;
  }
}
