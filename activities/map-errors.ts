import { ApplicationFailure } from '@temporalio/common';
import { ConnectorError, RateLimitedError } from '../connectors/kit/errors.ts';

/** Codes whose repetition cannot help before a person changes something. */
const PERMANENT = new Set(['invalid_input', 'refused', 'unexpected_response']);

const FIRST_TRY_MS = 2_000;
const LONGEST_TRY_MS = 10 * 60_000;

/** An answer that a proxy made up is gone in a moment; what a person has to change takes as long as that person. */
function untilMended(attempt: number): number {
  return Math.min(LONGEST_TRY_MS, FIRST_TRY_MS * 2 ** (attempt - 1));
}

/** Whether trying again is of no use. */
export function isPermanent(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && PERMANENT.has(error.code);
}

/**
 * The one place where an error leaves an activity: classes do not survive the boundary, so the code becomes the
 * failure's type and the vendor's wait its next delay. Workflows and people branch on the code, never on the text.
 * @param patience of work that is never given up: what only a person can mend is tried again, less and less often
 */
export function toFailure(error: unknown, patience: { attempt: number } | null = null): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { connector, operation, vendorCode, requestId } = error.origin;
  return ApplicationFailure.create({
    type: error.code,
    message: `${connector}.${operation}: ${error.message}`,
    nonRetryable: patience === null && isPermanent(error),
    details: [{ connector, operation, vendorCode: vendorCode ?? null, requestId: requestId ?? null }],
    ...(error instanceof RateLimitedError ? { nextRetryDelay: error.retryAfterMs } : {}),
    ...(patience !== null && isPermanent(error) ? { nextRetryDelay: untilMended(patience.attempt) } : {}),
  });
}
