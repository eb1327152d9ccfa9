/** The faults in words, for scores and advice. */
import type { ReadFault, WebhookFault, WriteFault } from '../connectors/kit/conformance.ts';

export interface Told {
  title: string;
  /** What an engineer does about a failed cell. */
  advice: string;
}

/** `doubt`: nobody on our side can tell whether the vendor did it, so an operation without key and look-up may end unclear. */
export const WRITES: { [F in WriteFault]: Told & { doubt: boolean } } = {
  before_send: {
    title: 'connection refused',
    doubt: false,
    advice:
      'A connection that was never made had no effect: it is a TransientError (kit/network-errors.ts knows the codes).',
  },
  accept_then_reset: {
    title: 'accepted, then reset',
    doubt: true,
    advice:
      'Send the idempotency key, or write a `find` that sees the first one; without either declare idempotency: none.',
  },
  accept_then_timeout: {
    title: 'accepted, then silence',
    doubt: true,
    advice: 'Pass call.signal on, so that the call ends at its deadline; then as for a reset.',
  },
  rate_limited: {
    title: '429 with Retry-After',
    doubt: false,
    advice: 'A 429 is a RateLimitedError whose retryAfterMs is what the header says.',
  },
  rate_limited_unsaid: {
    title: '429 without',
    doubt: false,
    advice: 'A 429 without Retry-After is a RateLimitedError with a wait of your own choice.',
  },
  error_before: {
    title: '5xx, nothing done',
    doubt: true,
    advice: 'A 5xx is transient for a repeatable write and OutcomeUnknownError for any other.',
  },
  error_after: {
    title: '5xx, but done',
    doubt: true,
    advice: 'A server that breaks may have done it: a 5xx is OutcomeUnknownError unless the write is repeatable.',
  },
  hang: { title: 'hangs', doubt: true, advice: 'Pass call.signal on: the call must end at its deadline.' },
  half_body: {
    title: 'half an answer',
    doubt: true,
    advice: 'A broken answer to a write is doubt (OutcomeUnknownError), not failure.',
  },
  wrong_shape: {
    title: 'unknown answer',
    doubt: true,
    advice: 'A 2xx that is not understood was still done: OutcomeUnknownError, so that the retry looks.',
  },
  auth_expired: {
    title: 'credentials expire',
    doubt: false,
    advice: 'A refused credential is an AuthenticationError, and `check` says when it works again.',
  },
  restarted: {
    title: 'vendor restarts',
    doubt: true,
    advice: 'As for a reset; the key or the look-up must not rest on an open connection.',
  },
  two_workers: { title: 'two workers', doubt: false, advice: 'Await call.sending() just before the first byte.' },
  commits_late: {
    title: 'vendor commits late',
    doubt: true,
    advice: 'Raise settleMs: the next attempt looks only when the vendor has surely finished.',
  },
  outlives_timeout: {
    title: 'attempt outlives its time',
    doubt: true,
    advice: 'Check call.deadline after `await call.sending()`, just before the first byte.',
  },
  process_stopped: {
    title: 'process stopped, continued',
    doubt: true,
    advice: 'Check call.deadline after `await call.sending()`: the process may have stood still in between.',
  },
};

export const READS: { [F in ReadFault]: Told } = {
  page_lost: {
    title: 'page lost',
    advice: 'Let the error through: a partial answer that looks whole closes accounts that are there.',
  },
  page_repeated: { title: 'page repeated', advice: 'Use kit/paginate.ts: a cursor that comes twice ends the read.' },
  cursor_expired: {
    title: 'cursor expired',
    advice: 'Let the error through, or begin anew; never end as if it were whole.',
  },
  unknown_field: {
    title: 'unknown field',
    advice: 'Schemas name what is read and ignore the rest: z.object, not strict.',
  },
  missing_field: {
    title: 'missing field',
    advice: 'The schema must require it: UnexpectedResponseError, or a reject; never a default that looks like data.',
  },
  empty: { title: 'empty', advice: 'An empty vendor is an empty answer, not an error.' },
  truncated: {
    title: 'truncated at the cap',
    advice: 'Say complete: false, or read on: what is cut off must not count as absent.',
  },
};

export const WEBHOOKS: { [F in WebhookFault]: Told } = {
  forged: { title: 'forged', advice: 'Verify the raw bytes with kit/signature.ts; refuse with 401.' },
  stale: { title: 'stale', advice: 'The signed time must lie within the tolerance of receivedAt.' },
  from_the_future: { title: 'from the future', advice: 'The tolerance holds in both directions.' },
  repeated: { title: 'repeated', advice: "An event's id is the vendor's and the same in each delivery." },
  reordered: { title: 'reordered', advice: 'Events of one object share `object`; what counts is read again.' },
  huge: { title: 'huge', advice: 'Bound the body before it is parsed: 413.' },
  wrong_content_type: { title: 'wrong content type', advice: 'Take the content type that the vendor documents: 415.' },
  secret_rotated: { title: 'secret rotated', advice: 'Resolve the secret at each delivery, not when connecting.' },
};
