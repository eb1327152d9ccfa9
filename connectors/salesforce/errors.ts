/**
 * Salesforce's errors by our next move: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 * and https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm (codes).
 */
import {
  AuthenticationError,
  ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  RateLimitedError,
  RefusedError,
  TransientError,
} from '../kit/errors.ts';
import { type Classify, retryAfterMs } from '../kit/http.ts';
import { redactText } from '../kit/redact.ts';
import { errorList, oauthError } from './schemas.ts';

/** "ConcurrentRequests (Concurrent API Requests) Limit exceeded": there is room again when somebody's long call ends. */
const CONCURRENT_MS = 5_000;
/** So that workers that were refused together do not come back together. */
const JITTER_MS = 3_000;

const SESSION = 'INVALID_SESSION_ID';
/** Ours: told from a session that is over, so that nobody signs in again and again. */
const BLOCKED = 'SESSION_BLOCKED';
const DAILY = 'DAILY_LIMIT';

/** A 401 by which an administrator keeps this app or user out; a new session would get the same answer. */
const BLOCKED_WORDS = /not valid for use with the REST API|not attached to Agent/i;

const HIDDEN_FIELD =
  'A field that the integration user may not see looks as if it did not exist: create it in Setup > Object Manager (task fields under Activity), or open it by field-level security';

/** Codes of what is gone, or was never there. */
const GONE = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY']);
/** The app or its user may do nothing at all. */
const NO_ACCESS = new Set(['API_DISABLED_FOR_ORG', 'API_CURRENTLY_DISABLED']);
/** The whole transaction was rolled back, or the page can be asked for anew: nothing has happened. */
const AGAIN = new Set(['UNABLE_TO_LOCK_ROW', 'INVALID_QUERY_LOCATOR', 'QUERY_TIMEOUT']);

/** @param dailyWaitMs wire time until the day's quota is tried again */
export function classifySalesforce(dailyWaitMs: () => number): Classify {
  return ({ status, headers, body, origin: from }): ConnectorError | null => {
    if (status >= 200 && status < 300) return null;
    if (status === 300) {
      const message = `Salesforce has more than one record for the key of ${from.operation}: make that field unique, and delete what is double`;
      return new InvalidInputError(message, { ...from, vendorCode: '300' });
    }
    const errors = errorList.safeParse(body).data ?? [];
    const [first] = errors;
    if (!first) return null;
    const said = redactText(errors.map((one) => `${one.errorCode}: ${one.message}`).join('; '), 600);
    const message = `Salesforce answered ${from.operation} with ${status}: ${said}`;
    const origin: ErrorOrigin = { ...from, vendorCode: first.errorCode };
    const told = retryAfterMs(headers);
    switch (first.errorCode) {
      case SESSION:
        return new AuthenticationError(
          message,
          BLOCKED_WORDS.test(first.message) ? { ...origin, vendorCode: BLOCKED } : origin,
        );
      case 'REQUEST_LIMIT_EXCEEDED':
        // One code for two limits, told apart by nothing but words.
        return /^Concurrent/i.test(first.message)
          ? new RateLimitedError(message, told ?? CONCURRENT_MS + jitter(), origin, 'this_call')
          : new RateLimitedError(message, told ?? dailyWaitMs(), { ...origin, vendorCode: DAILY });
      case 'INVALID_FIELD':
      case 'INVALID_FIELD_FOR_INSERT_UPDATE':
        return new InvalidInputError(`${message}. ${HIDDEN_FIELD}`, origin);
      case 'NOT_FOUND':
        // The same code for a record that is gone and for an external id that the object has not.
        if (/external id/i.test(first.message)) return new InvalidInputError(`${message}. ${HIDDEN_FIELD}`, origin);
        return new RefusedError(message, origin);
    }
    if (AGAIN.has(first.errorCode)) return new TransientError(message, origin);
    if (NO_ACCESS.has(first.errorCode)) return new AuthenticationError(message, origin);
    if (GONE.has(first.errorCode)) return new RefusedError(message, origin);
    if (status === 401) return new AuthenticationError(message, origin);
    // 403 speaks of one record or one object: the rest of the connection works.
    return status >= 400 && status < 500 && status !== 408 && status !== 429
      ? new InvalidInputError(message, origin)
      : null;
  };
}

const jitter = () => Math.floor(Math.random() * JITTER_MS);

/**
 * What the token endpoint says: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm.
 * All that is wrong with app, key or user is for the owner of the connection; trouble of its own is not.
 */
export const classifyOAuth: Classify = ({ status, body, origin }) => {
  const said = oauthError.safeParse(body).data;
  if (!said || status < 400 || status >= 500) return null;
  const { error, error_description: description = '' } = said;
  const message = redactText(`Salesforce refused the sign-in: ${error}: ${description}`, 600);
  const from = { ...origin, vendorCode: error };
  return /retry your request|temporarily|try again/i.test(description) || error === 'server_error'
    ? new TransientError(message, from)
    : new AuthenticationError(message, from);
};

const codeOf = (error: unknown) => (error instanceof ConnectorError ? error.origin.vendorCode : undefined);

export const isSessionOver = (error: unknown): boolean => codeOf(error) === SESSION;

/** The object does not exist in this org, or not for this user. */
export const isUnknownObject = (error: unknown): boolean => codeOf(error) === 'INVALID_TYPE';
