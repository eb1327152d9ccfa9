import type { BusinessClock } from '../domain/clock.ts';
import type { Iso } from '../domain/model.ts';

const KEPT = 20_000;

/**
 * Business time between a moment that was due (sweep, timer, message taken in) and the start of its work. The last
 * 20,000 samples of this process.
 */
export class LagMeter {
  readonly #samples: number[] = [];
  #next = 0;

  /** @param due business time */
  observe(due: Iso, now: Iso): void {
    const lag = Math.max(0, Date.parse(now) - Date.parse(due));
    if (this.#samples.length < KEPT) this.#samples.push(lag);
    else this.#samples[this.#next++ % KEPT] = lag;
  }

  /** Business hours; null without samples. */
  p95Hours(): number | null {
    if (this.#samples.length === 0) return null;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const at = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
    return at / 3_600_000;
  }
}

/** Wire milliseconds between two looks for work of this interval: as often as asked, but at most once a second. */
export function wireInterval(clock: BusinessClock, everyMs: number): number {
  return Math.max(everyMs / clock.scale, 1_000);
}
