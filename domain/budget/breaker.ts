/**
 * Whether a vendor is there at all, as one process sees it. After a few calls in a row that nobody answered, calls are
 * held back but for one probe at a time; the first answer lets all go on.
 */

/** `failed`: no answer, or a 5xx. `not_made`: nothing was asked of the vendor. Every other answer is one, a no as well. */
export type CallEnd = 'answered' | 'failed' | 'not_made';

/** A vendor of which one call in ten fails comes this far by chance in one of a hundred thousand calls. */
export const ENOUGH = 5;
/** Wire time until the next probe: doubled with each that failed. A probe costs nobody much, a late one a slow return. */
export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 5_000;
/** Away again so soon, it had not really come back: the waits go on from where they were. */
export const CALM_MS = 30_000;

export interface Closed {
  state: 'closed';
  /** Counts the changes of state: how a call of an earlier era failed says nothing of now. */
  era: number;
  /** In a row. */
  failures: number;
  /** Wire time. */
  since: number;
  /** The last wait before it closed; 0: it was never open. */
  waitMs: number;
}
export interface Open {
  state: 'open';
  era: number;
  since: number;
  waitMs: number;
  /** Wire time before which no probe leaves. */
  probeAt: number;
  probing: boolean;
}
export type Breaker = Closed | Open;

export const NEW_BREAKER: Closed = { state: 'closed', era: 0, failures: 0, since: 0, waitMs: 0 };

export interface Pass {
  era: number;
  probe: boolean;
}

/** Whether a call may begin; null: it is held back. */
export function admit(breaker: Breaker, now: number): { breaker: Breaker; pass: Pass | null } {
  const { era } = breaker;
  if (breaker.state === 'closed') return { breaker, pass: { era, probe: false } };
  if (breaker.probing || now < breaker.probeAt) return { breaker, pass: null };
  return { breaker: { ...breaker, probing: true }, pass: { era, probe: true } };
}

/**
 * How a call ended.
 * @param spread 0 to 1, drawn for each: processes must not probe together
 */
export function hearEnd(breaker: Breaker, pass: Pass, end: CallEnd, now: number, spread: number): Breaker {
  // Whenever it began: the vendor is there.
  if (end === 'answered') return answered(breaker, now);
  if (pass.era !== breaker.era) return breaker;
  if (breaker.state === 'open') return pass.probe ? probed(breaker, end, now, spread) : breaker;
  if (end === 'not_made') return breaker;
  const failures = breaker.failures + 1;
  if (failures < ENOUGH) return { ...breaker, failures };
  const relapse = breaker.waitMs > 0 && now - breaker.since < CALM_MS;
  const waitMs = relapse ? Math.min(LONGEST_WAIT_MS, breaker.waitMs * 2) : FIRST_WAIT_MS;
  const probeAt = now + spreadOut(waitMs, spread);
  return { state: 'open', era: breaker.era + 1, since: now, waitMs, probeAt, probing: false };
}

function answered(breaker: Breaker, now: number): Breaker {
  if (breaker.state === 'closed') return breaker.failures === 0 ? breaker : { ...breaker, failures: 0 };
  return { state: 'closed', era: breaker.era + 1, failures: 0, since: now, waitMs: breaker.waitMs };
}

function probed(breaker: Open, end: CallEnd, now: number, spread: number): Open {
  const waitMs = end === 'failed' ? Math.min(LONGEST_WAIT_MS, breaker.waitMs * 2) : breaker.waitMs;
  return { ...breaker, waitMs, probeAt: now + spreadOut(waitMs, spread), probing: false };
}

function spreadOut(ms: number, spread: number): number {
  return Math.round(ms * (0.8 + 0.4 * spread));
}
