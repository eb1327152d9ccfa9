import { ApplicationFailure } from '@temporalio/common';
import { ConnectorError, RateLimitedError } from '../connectors/kit/errors.ts';

/** Codes whose repetition cannot help before a person changes something. */
const PERMANENT = new Set(['invalid_input', 'refused', 'unexpected_response']);

/** Whether trying again is of no use. */
export function isPermanent(error: unknown): boolean {
  return error instanceof ConnectorError && PERMANENT.has(error.code);
}

/**
 * The one place where an error leaves an activity: classes do not survive the boundary, so the code becomes the
 * failure's type and the vendor's wait its next delay. Workflows and people branch on the code, never on the text.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { connector, operation, vendorCode, requestId } = error.origin;
  return ApplicationFailure.create({
    type: error.code,
    message: `${connector}.${operation}: ${error.message}`,
    nonRetryable: isPermanent(error),
    details: [{ connector, operation, vendorCode: vendorCode ?? null, requestId: requestId ?? null }],
    ...(error instanceof RateLimitedError ? { nextRetryDelay: error.retryAfterMs } : {}),
  });
}
