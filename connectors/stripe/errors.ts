/** Stripe's errors by our next move: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes. */
import Stripe from 'stripe';
import {
  AuthenticationError,
  type ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  OutcomeUnknownError,
  RateLimitedError,
  RefusedError,
  RepeatableError,
  UnexpectedResponseError,
} from '../kit/errors.ts';
import { type Idempotency, networkError } from '../kit/network-errors.ts';
import { redactText } from '../kit/redact.ts';

/** Stripe names no time to wait: a second passes its per-second limits. */
const RATE_WAIT_MS = 1_000;
/** Somebody else writes the same object (`lock_timeout`): it is held for the length of a request. */
const LOCK_WAIT_MS = 3_000;

/** `idempotency` absent: a read. */
export function mapStripeError(
  error: unknown,
  from: ErrorOrigin,
  idempotency: Idempotency | undefined,
): ConnectorError {
  if (!(error instanceof Stripe.errors.StripeError)) return networkError(error, from, idempotency);
  if (error instanceof Stripe.errors.StripeConnectionError) {
    return networkError(error.detail ?? error, from, idempotency);
  }
  const origin = { ...from, vendorCode: error.code ?? error.rawType, requestId: error.requestId, cause: error };
  const message = `stripe answered ${from.operation} with ${error.statusCode ?? 'an unreadable body'}: ${redactText(error.message)}`;
  if (isRateLimit(error)) return new RateLimitedError(message, waitMs(error), origin);
  // 404, or 400 where a parameter names it. A price is for RevOps to fix in config; a customer or subscription was
  // merged or deleted at Stripe, and the journey ends.
  if (error.code === 'resource_missing' && !isPrice(error)) return new RefusedError(message, origin);
  switch (error.statusCode) {
    case undefined: // Not JSON: a proxy, or a shape that changed. A write may have been taken.
      if (idempotency === undefined) return new UnexpectedResponseError(message, origin);
      return new OutcomeUnknownError(message, origin);
    case 401:
    case 403: // A restricted key without this permission.
      return new AuthenticationError(message, origin);
    case 402: // Card declined, authentication required: a business answer, no retry changes it.
      return new RefusedError(message, origin);
    case 409: // The same key is being worked on by an earlier attempt.
      return new RepeatableError(message, origin);
    default:
      if (error.statusCode >= 500) {
        if (idempotency === undefined || idempotency === 'natural') return new RepeatableError(message, origin);
        // Stripe keeps even a 500 under its key, so a repeat answers the same: let the retry look first.
        return new OutcomeUnknownError(message, origin);
      }
      // Includes idempotency_error: the same key with other parameters is our fault, never to be sent again.
      return new InvalidInputError(message, origin);
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof RefusedError && error.origin.vendorCode === 'resource_missing';
}

/** A limit of the whole account or endpoint holds for all workers; a locked object only for this call. */
export function vendorPause(error: unknown): { ms: number; reason: string } | null {
  if (!(error instanceof Stripe.errors.StripeError) || !isRateLimit(error) || error.code === 'lock_timeout')
    return null;
  const reason = error.headers?.['stripe-rate-limited-reason'] ?? 'rate limit';
  if (reason === 'resource-specific') return null;
  return { ms: waitMs(error), reason: `stripe: ${reason}` };
}

function isRateLimit(error: Stripe.errors.StripeError): boolean {
  return error.statusCode === 429 || error.code === 'lock_timeout' || error.code === 'rate_limit';
}

function waitMs(error: Stripe.errors.StripeError): number {
  const seconds = Number(error.headers?.['retry-after']);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1_000;
  return error.code === 'lock_timeout' ? LOCK_WAIT_MS : RATE_WAIT_MS;
}

function isPrice(error: Stripe.errors.StripeError): boolean {
  return /price|plan/.test(error.param ?? '');
}
