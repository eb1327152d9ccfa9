import type { ErrorOrigin } from './errors.ts';
import { type Idempotency, networkError } from './network-errors.ts';
import type { Call } from './operation.ts';

/**
 * For clients that take neither a signal nor a timeout: rejects when the call's signal aborts, as a broken connection
 * would (`idempotency` absent: a read). The work itself goes on unseen, so a write stays possible until `settleMs`.
 */
export function withDeadline<T>(
  call: Call,
  work: Promise<T>,
  origin: ErrorOrigin,
  idempotency?: Idempotency,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(networkError(call.signal.reason ?? new Error('deadline passed'), origin, idempotency));
    if (call.signal.aborted) onAbort();
    else call.signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => call.signal.removeEventListener('abort', onAbort));
  });
}

/** The same call, ending `timeoutMs` from now at the latest. */
export function atMost(call: Call, timeoutMs: number): Call {
  const own = callWithin(timeoutMs, { signal: call.signal });
  return { ...call, signal: own.signal, deadline: Math.min(own.deadline, call.deadline) };
}

/** A call that ends `timeoutMs` from now, or when the signal of `more` aborts. */
export function callWithin(timeoutMs: number, more: Partial<Pick<Call, 'signal' | 'priority'>> = {}): Call {
  // Node takes whole milliseconds only.
  const timeout = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
  const signal = more.signal ? AbortSignal.any([more.signal, timeout]) : timeout;
  return { ...more, signal, deadline: performance.now() + timeoutMs };
}
