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

/** A call that ends `timeoutMs` from now, or when `parent` aborts. */
export function callWithin(timeoutMs: number, parent?: AbortSignal): Call {
  // Node takes whole milliseconds only.
  const timeout = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
  return { signal: parent ? AbortSignal.any([parent, timeout]) : timeout, deadline: performance.now() + timeoutMs };
}
