/** Thrown errors are few and named by the next move. Expected refusals are returned, not thrown. */
import { maskSecrets } from './redact.ts';

export type ErrorCode =
  | 'transient'
  | 'rate_limited'
  | 'authentication'
  | 'invalid_input'
  | 'unexpected_response'
  | 'outcome_unknown'
  | 'refused';

export interface ErrorOrigin {
  connector: string;
  operation: string;
  /** The vendor's own code and request id, for people; never branched on outside the connector. */
  vendorCode?: string;
  requestId?: string;
  cause?: unknown;
}

export class ConnectorError extends Error {
  readonly code: ErrorCode;
  readonly origin: ErrorOrigin;
  constructor(code: ErrorCode, message: string, origin: ErrorOrigin) {
    // Messages go into the ledger, pauses and alerts: whoever builds one, no credential stays in it.
    super(maskSecrets(message), { cause: origin.cause });
    this.name = new.target.name;
    this.code = code;
    // Packages put numbers there too, whatever their types say.
    const vendorCode = origin.vendorCode === undefined ? {} : { vendorCode: maskSecrets(String(origin.vendorCode)) };
    this.origin = { ...origin, ...vendorCode };
  }
}

/** Try again. The call had no effect. */
export class TransientError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('transient', message, origin);
  }
}

/** Try again as well; but what failed may have had its effect, and only doing it twice is harmless. */
export class RepeatableError extends TransientError {}

/** We stopped ourselves before the first byte: the vendor is well, and the next attempt may follow at once. */
export class NotSentError extends TransientError {}

export class RateLimitedError extends ConnectorError {
  readonly retryAfterMs: number;
  /** Whether the vendor would refuse every call of the connection until then, or only one like this. */
  readonly stops: 'everybody' | 'this_call';
  constructor(
    message: string,
    retryAfterMs: number,
    origin: ErrorOrigin,
    stops: RateLimitedError['stops'] = 'everybody',
  ) {
    super('rate_limited', message, origin);
    this.retryAfterMs = retryAfterMs;
    this.stops = stops;
  }
}

/** The vendor has not answered for a while, so this call was not even tried. */
export class HeldBackError extends RateLimitedError {}

/** Pause the connection and tell its owner. */
export class AuthenticationError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('authentication', message, origin);
  }
}

/** Fix data or config: the vendor will never take this request. */
export class InvalidInputError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('invalid_input', message, origin);
  }
}

/** The vendor said no to a well-formed request, as a matter of business: card declined, mailbox unknown. */
export class RefusedError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('refused', message, origin);
  }
}

/** This address takes no mail, now or later: a hard bounce. Nothing more is sent to the person. */
export class RecipientRefusedError extends RefusedError {}

/** The vendor changed shape: tell engineers. */
export class UnexpectedResponseError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('unexpected_response', message, origin);
  }
}

/** The write may have happened: look it up at the vendor, never send it again blindly. */
export class OutcomeUnknownError extends ConnectorError {
  constructor(message: string, origin: ErrorOrigin) {
    super('outcome_unknown', message, origin);
  }
}
