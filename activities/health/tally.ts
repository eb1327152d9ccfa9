import type { CallCounts } from '../../domain/connection/types.ts';

/** How calls of this process went since it was last asked; the store adds up all processes. */
export class CallTally {
  #counts = new Map<string, CallCounts>();

  note(connection: string, how: keyof CallCounts): void {
    const counts = this.#counts.get(connection) ?? { ok: 0, failed: 0, limited: 0 };
    counts[how] += 1;
    this.#counts.set(connection, counts);
  }

  drain(): [connection: string, calls: CallCounts][] {
    const counted = [...this.#counts];
    this.#counts = new Map();
    return counted;
  }
}
