/** Calls of one process that wait for a permit, and how long they do. */
import type { Call } from '../../connectors/kit/operation.ts';
import { type Limit, PRIORITIES, type Priority } from '../../domain/budget/types.ts';

/**
 * How long a call waits here before its activity ends and Temporal waits instead. Trying again costs an activity and
 * the judgement of every guard, some 20 ms of CPU, and a worker has 40 places: two seconds are about what 40 calls take
 * at HubSpot's rate. A sweep has one place a connection, and reads its pages again when it ends: it waits longer.
 */
const PATIENCE_MS: Record<Priority, number> = { click: 2_000, alert: 2_000, message: 2_000, sweep: 60_000 };

/** What a call needs: one slot of each of these. */
export interface Needs {
  limits: Limit[];
  /** Names the buckets. */
  key: string;
  priority: Priority;
}
export interface Waiter<Given> extends Needs {
  operation: string;
  /** Monotonic. */
  patientUntil: number;
  give: (given: Given) => void;
  refuse: (error: Error) => void;
}

export class WaitingCalls<Given> {
  #waiting: Waiter<Given>[] = [];
  /** By what they need: permits on their way to those who wait, whose time has not come. */
  readonly #promised = new Map<string, number>();
  readonly #tired: (waiter: Waiter<Given>) => Error;

  /** @param tired what a call is told whose patience is at its end */
  constructor(tired: (waiter: Waiter<Given>) => Error) {
    this.#tired = tired;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(needs: Needs, call: Call, operation: string): Promise<Given> {
    return new Promise((resolve, reject) => {
      const now = performance.now();
      const patientUntil = Math.min(now + PATIENCE_MS[needs.priority], call.deadline);
      const leave = () => {
        clearTimeout(timeout);
        call.signal.removeEventListener('abort', tired);
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
      };
      const waiter: Waiter<Given> = {
        ...needs,
        operation,
        patientUntil,
        give: (given) => {
          leave();
          resolve(given);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const tired = () => waiter.refuse(this.#tired(waiter));
      const timeout = setTimeout(tired, Math.max(0, patientUntil - now));
      call.signal.addEventListener('abort', tired, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** Whether somebody waits for the same, without a promise, who is at least as urgent. */
  hasBefore({ key, priority }: Needs): boolean {
    return this.#unpromised().some((one) => one.key === key && rank(one.priority) <= rank(priority));
  }

  /** A permit will come, or (−1) has come, for somebody who waits for this. */
  promise(needs: Needs, n: 1 | -1): void {
    this.#promised.set(nameOf(needs), (this.#promised.get(nameOf(needs)) ?? 0) + n);
  }

  next(key: string, priority: Priority): Waiter<Given> | null {
    return this.#waiting.find((one) => one.key === key && one.priority === priority) ?? null;
  }

  /** By what they need; without those who have a promise. */
  wants(): (Needs & { n: number })[] {
    const wants = new Map<string, Needs & { n: number }>();
    for (const { limits, key, priority } of this.#unpromised()) {
      const name = nameOf({ key, priority });
      wants.set(name, { limits, key, priority, n: (wants.get(name)?.n ?? 0) + 1 });
    }
    return [...wants.values()];
  }

  /** Those who wait without a promise, where there is an error for them. */
  refuse(whom: (waiter: Waiter<Given>) => Error | null): void {
    for (const waiter of this.#unpromised()) {
      const error = whom(waiter);
      if (error) waiter.refuse(error);
    }
  }

  refuseAll(why: Error): void {
    for (const waiter of this.#waiting) waiter.refuse(why);
  }

  /** The first of each kind get what is promised. */
  #unpromised(): Waiter<Given>[] {
    const promised = new Map(this.#promised);
    return this.#waiting.filter((waiter) => {
      const left = promised.get(nameOf(waiter)) ?? 0;
      promised.set(nameOf(waiter), left - 1);
      return left <= 0;
    });
  }
}

function nameOf({ key, priority }: Pick<Needs, 'key' | 'priority'>): string {
  return `${priority} ${key}`;
}

export function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
