/** HubSpot's errors by our next move: https://developers.hubspot.com/docs/api-reference/latest/error-handling */
import {
  AuthenticationError,
  type ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  RateLimitedError,
  RefusedError,
  TransientError,
} from '../kit/errors.ts';
import { type Classify, retryAfterMs } from '../kit/http.ts';
import { redactText } from '../kit/redact.ts';
import { type BatchErrors, errorReply } from './schemas.ts';

const TEN_SECONDLY_MS = 10_000;
const SECONDLY_MS = 1_000;
/** "Wait at least 2 seconds between your requests" (423). */
const LOCKED_MS = 2_000;
/** 477 says how long the migration takes; HubSpot speaks of up to 24 hours. */
const MIGRATION_MS = 60_000;
/** So that workers that were refused together do not come back together. */
const JITTER_MS = 2_000;

const CONFLICT = '409';

/** @param dailyWaitMs wire time until the quota of the day starts anew */
export function classifyHubSpot(dailyWaitMs: () => number): Classify {
  return ({ status, headers, body, origin: from }): ConnectorError | null => {
    if (status >= 200 && status < 300) return null;
    const reply = errorReply.safeParse(body).data ?? {};
    const details = (reply.errors ?? []).flatMap(({ message }) => message ?? []).slice(0, 5);
    const said = redactText([reply.message ?? '', ...details].filter(Boolean).join('; ') || JSON.stringify(body), 600);
    const message = `HubSpot answered ${from.operation} with ${status}: ${said}`;
    const code = reply.policyName ?? reply.category ?? String(status);
    const origin: ErrorOrigin = { ...from, vendorCode: code, requestId: reply.correlationId ?? from.requestId };
    switch (status) {
      case 401:
      case 403: // A missing scope: the owner of the connection adds it.
        return new AuthenticationError(message, origin);
      case 404:
        // Without this category it is the path that is gone, and no record of the customer's.
        return reply.category === 'OBJECT_NOT_FOUND' ? new RefusedError(message, origin) : null;
      case 409:
        return new InvalidInputError(message, { ...origin, vendorCode: CONFLICT });
      case 423:
        // The record is locked; everything else may go on.
        return new RateLimitedError(message, LOCKED_MS + jitter(), origin, 'this_call');
      case 429:
        return new RateLimitedError(message, limitWait(code, headers, dailyWaitMs), origin);
      case 477:
        return new RateLimitedError(message, retryAfterMs(headers) ?? MIGRATION_MS, origin);
      default:
        return status >= 400 && status < 500 && status !== 408 ? new InvalidInputError(message, origin) : null;
    }
  };
}

/** Retry-After is not documented for API limits, but wins where a proxy sets it. */
function limitWait(policy: string, headers: Headers, dailyWaitMs: () => number): number {
  const told = retryAfterMs(headers);
  if (told !== null) return told;
  if (policy === 'DAILY') return dailyWaitMs();
  return (policy === 'SECONDLY' ? SECONDLY_MS : TEN_SECONDLY_MS) + jitter();
}

const jitter = () => Math.floor(Math.random() * JITTER_MS);

export function isConflict(error: unknown): boolean {
  return error instanceof InvalidInputError && error.origin.vendorCode === CONFLICT;
}

/**
 * A batch that answers 207 left some inputs out. Those that are not there (deleted since, or without an association)
 * are no failure; with any other gap a guardrail would decide on half the facts, so the read is repeated.
 */
export function onlyMissing({ numErrors = 0, errors = [] }: BatchErrors, origin: ErrorOrigin): void {
  const failed = errors.find(({ category }) => category !== 'OBJECT_NOT_FOUND');
  if (!failed && numErrors <= errors.length) return;
  const why = failed ? `${failed.category}: ${redactText(failed.message)}` : `${numErrors} errors without a reason`;
  throw new TransientError(`HubSpot answered ${origin.operation} in part only: ${why}`, origin);
}
