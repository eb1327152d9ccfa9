import type { BusinessClock } from '../domain/clock.ts';
import type { Iso } from '../domain/model.ts';

const KEPT = 20_000;
const HOUR_MS = 3_600_000;

/** What was due: a sweep of a connection, a timer of a workflow, a message to a workflow, a vendor's event. */
export type LagKind = 'sweep' | 'timer' | 'outbox' | 'inbox';

/**
 * Business time between a moment that was due and the start of its work. The last 20,000 samples of this process.
 */
export class LagMeter {
  readonly #samples: { kind: LagKind; ms: number }[] = [];
  #next = 0;

  /** @param due business time */
  observe(kind: LagKind, due: Iso, now: Iso): void {
    const sample = { kind, ms: Math.max(0, Date.parse(now) - Date.parse(due)) };
    if (this.#samples.length < KEPT) this.#samples.push(sample);
    else this.#samples[this.#next++ % KEPT] = sample;
  }

  /** Business hours; null without samples. @param kind only these */
  p95Hours(kind?: LagKind): number | null {
    const chosen = this.#samples.filter((sample) => kind === undefined || sample.kind === kind);
    if (chosen.length === 0) return null;
    const sorted = chosen.map((sample) => sample.ms).sort((a, b) => a - b);
    const at = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
    return at / HOUR_MS;
  }
}

/** Wire milliseconds between two looks for work of this interval: as often as asked, but at most once a second. */
export function wireInterval(clock: BusinessClock, everyMs: number): number {
  return Math.max(everyMs / clock.scale, 1_000);
}
