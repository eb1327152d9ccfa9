/**
 * The door before the permits of one connection, in one process. It lets so many calls in at a time, since whoever
 * waits for one vendor takes a place that work for another could have; and none but a probe while the vendor is away.
 */
import { type Budget, type BudgetUse, endsOnce, type Heard, type Permit } from '../../connectors/kit/budget.ts';
import { HeldBackError, RateLimitedError } from '../../connectors/kit/errors.ts';
import { admit, type Breaker, hearEnd, NEW_BREAKER, type Pass } from '../../domain/budget/breaker.ts';
import { nextReturn, returnsEveryMs, SOONEST_MS } from '../../domain/budget/returns.ts';
import type { Limit, Priority } from '../../domain/budget/types.ts';
import type { ConnectionLimits } from './limits.ts';

/**
 * Calls of one connection that may be inside, those that wait for a permit among them, when one more of this kind comes.
 * A worker has 40 places for all: a campaign to a vendor that hangs leaves most of them to others, and room for a click
 * on its own. A sweep has one place a connection anyway, and reads its pages again where it ends early.
 */
const PLACES: Record<Priority, number> = { click: 24, alert: 20, message: 16, sweep: Number.POSITIVE_INFINITY };
/** What a probe takes where the vendor is back: who looks just after it need not look twice. */
const PROBE_TAKES_MS = 100;
/** Moments of the past are forgotten when there are so many: some vendors count each channel apart. */
const MANY_KEYS = 100;

export interface GateOptions {
  connection: string;
  connector: string;
  limits: ConnectionLimits;
  wireNow: () => number;
  /** Told when calls begin to be held back, and when the vendor answers again. */
  changed: (news: GateNews) => void;
}

export type GateNews =
  | { kind: 'held_back' }
  /** `everyMs`: how much later than the one before each of those who waited may come. Wire time. */
  | { kind: 'back'; awayMs: number; everyMs: number };

export class Gate implements Budget {
  readonly #options: GateOptions;
  readonly #inner: Budget;
  #breaker: Breaker = NEW_BREAKER;
  #inside = 0;
  readonly #returns = new Map<string, number>();
  /** Operations that were let in: what they call next would be lost with what they have called already. */
  readonly #begun = new WeakSet<AbortSignal>();

  constructor(inner: Budget, options: GateOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  /** Since when calls are held back, and when the next probe may leave; null: they are not. Wire time. */
  get heldBack(): { since: number; probeAt: number } | null {
    return this.#breaker.state === 'open' ? this.#breaker : null;
  }

  async take(use: BudgetUse): Promise<Permit> {
    const priority = use.call.priority ?? 'sweep';
    const pass = this.#enter(use, priority);
    const counts = priority !== 'sweep';
    if (counts) this.#inside += 1;
    const leave = (end: Parameters<Permit['done']>[0] = 'not_made') => {
      if (counts) this.#inside -= 1;
      this.#hear(pass, end);
    };
    let permit: Permit;
    try {
      permit = await this.#inner.take(use);
    } catch (error) {
      leave();
      throw error;
    }
    // While it waited for its permit, the vendor may have gone.
    if (this.#breaker.state === 'open' && !(pass.probe && pass.era === this.#breaker.era)) {
      permit.giveBack();
      leave();
      throw this.#heldBack(use, priority);
    }
    return endsOnce({
      done: (end) => {
        permit.done(end);
        leave(end);
      },
      giveBack: () => {
        permit.giveBack();
        leave();
      },
    });
  }

  hear(heard: Heard): void {
    this.#inner.hear(heard);
  }

  pause(ms: number, reason: string, key?: string): Promise<void> {
    return this.#inner.pause(ms, reason, key);
  }

  #enter(use: BudgetUse, priority: Priority): Pass {
    const { breaker, pass } = admit(this.#breaker, this.#options.wireNow());
    if (pass === null) throw this.#heldBack(use, priority);
    const { signal } = use.call;
    if (this.#inside >= PLACES[priority] && !pass.probe && !this.#begun.has(signal)) {
      const { connection, connector } = this.#options;
      const message = `no permit for a call of ${connection}: as many as may wait for it in one process do`;
      throw new RateLimitedError(message, this.#returnInMs(use, priority, 0), { connector, operation: use.operation });
    }
    this.#breaker = breaker;
    this.#begun.add(signal);
    return pass;
  }

  #heldBack(use: BudgetUse, priority: Priority): HeldBackError {
    const { connection, connector, wireNow } = this.#options;
    const breaker = this.#breaker;
    if (breaker.state === 'closed') throw new Error(`${connection} is there`);
    const probedMs = breaker.probing ? breaker.waitMs : breaker.probeAt - wireNow() + PROBE_TAKES_MS;
    const since = new Date(breaker.since).toISOString();
    const message = `${connection} has not answered since ${since}: this call was held back`;
    const inMs = this.#returnInMs(use, priority, probedMs - SOONEST_MS);
    return new HeldBackError(message, inMs, { connector, operation: use.operation });
  }

  /** @param atLeastMs before which nothing will have changed */
  #returnInMs({ keys = [] }: BudgetUse, priority: Priority, atLeastMs: number): number {
    const limits: Limit[] = this.#options.limits.of(keys);
    const key = `${priority} ${limits.map(({ bucket }) => bucket).join(' ')}`;
    const now = this.#options.wireNow();
    if (this.#returns.size > MANY_KEYS)
      for (const [name, last] of this.#returns) if (last < now) this.#returns.delete(name);
    const next = nextReturn(this.#returns.get(key) ?? 0, returnsEveryMs(limits), now + Math.max(0, atLeastMs));
    this.#returns.set(key, next);
    return Math.ceil(next - now);
  }

  #hear(pass: Pass, end: NonNullable<Parameters<Permit['done']>[0]>): void {
    const before = this.#breaker;
    const now = this.#options.wireNow();
    this.#breaker = hearEnd(before, pass, end, now, Math.random());
    if (this.#breaker.state === before.state) return;
    if (this.#breaker.state === 'open') this.#options.changed({ kind: 'held_back' });
    else {
      const everyMs = returnsEveryMs(this.#options.limits.of([]));
      this.#options.changed({ kind: 'back', awayMs: now - before.since, everyMs });
    }
  }
}
