/** Asks a vendor that is away whether it is back, by the connection's harmless read, while nobody else may call it. */
import type { Call } from '../../connectors/kit/operation.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { Gate } from './gate.ts';

/** A vendor that takes longer for its smallest answer is not back. */
const PROBE_MS = 5_000;
const AGAIN_MS = 50;

export class Prober {
  readonly #gate: Gate;
  readonly #check: (call: Call) => Promise<void>;
  readonly #wireNow: () => number;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(gate: Gate, check: (call: Call) => Promise<void>, wireNow: () => number) {
    this.#gate = gate;
    this.#check = check;
    this.#wireNow = wireNow;
  }

  /** To be called when calls begin to be held back: goes on until they are not. */
  begin(): void {
    const { heldBack } = this.#gate;
    if (heldBack === null || this.#closed || this.#timer !== null) return;
    const probe = async () => {
      // Whatever it says went through the gate, like every call.
      await this.#check(callWithin(PROBE_MS, { priority: 'click' })).catch(() => undefined);
      this.#timer = null;
      this.begin();
    };
    const inMs = Math.max(AGAIN_MS, heldBack.probeAt - this.#wireNow() + 1);
    this.#timer = setTimeout(() => void probe(), inMs).unref();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
