/** What stands before every API call: key, rate limits, idempotency. All of it lives on the wire clock. */
import { createHash } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import { StripeProblem } from './problem.ts';

/** https://docs.stripe.com/rate-limits */
const PER_SECOND = { endpoint: 25, account: 100 };

/** Counts calls of the last second. */
export function rateLimit(): (endpoint: string) => void {
  const calls: { at: number; endpoint: string }[] = [];
  return (endpoint) => {
    const now = Date.now();
    while (calls[0] && calls[0].at <= now - 1_000) calls.shift();
    const same = calls.filter((call) => call.endpoint === endpoint).length;
    const reason =
      calls.length >= PER_SECOND.account ? 'global-rate' : same >= PER_SECOND.endpoint ? 'endpoint-rate' : null;
    if (reason !== null) {
      const message =
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.';
      const error = { type: 'invalid_request_error', code: 'rate_limit', message };
      throw new StripeProblem(429, error, { 'stripe-rate-limited-reason': reason });
    }
    calls.push({ at: now, endpoint });
  };
}

/** As a bearer token, or as the user name of basic auth. */
export function checkKey(authorization: string | undefined, key: string | undefined): void {
  const [scheme, value = ''] = (authorization ?? '').split(' ');
  const given = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':')[0] : value;
  if (given === '') {
    const message = 'You did not provide an API key. You need to provide your API key in the Authorization header.';
    throw new StripeProblem(401, { type: 'invalid_request_error', message });
  }
  if (key === undefined || given !== key) {
    const message = `Invalid API Key provided: ${given?.slice(0, 3)}***`;
    throw new StripeProblem(401, { type: 'invalid_request_error', message });
  }
}

export interface KeptReply {
  status: number;
  body: Json;
}
interface Remembered {
  request: string;
  at: number;
  reply: KeptReply | null;
}

const REMEMBER_MS = 24 * 3_600_000;

/** https://docs.stripe.com/api/idempotent_requests. Validation failures are not kept; a stored 500 is. */
export function idempotency() {
  const seen = new Map<string, Remembered>();
  return {
    /** The kept reply, or null: go on and say `finish`. Throws for a key in use or with other parameters. */
    begin(key: string, path: string, body: string): KeptReply | null {
      const request = createHash('sha256').update(`${path}\n${body}`).digest('hex');
      const earlier = seen.get(key);
      if (earlier && Date.now() - earlier.at < REMEMBER_MS) {
        if (earlier.request !== request) {
          const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
          throw new StripeProblem(400, { type: 'idempotency_error', message });
        }
        if (earlier.reply === null) {
          const message = `There is currently another in-progress request using this Idempotent Key: ${key}`;
          throw new StripeProblem(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
        }
        return earlier.reply;
      }
      seen.set(key, { request, at: Date.now(), reply: null });
      return null;
    },
    finish(key: string, reply: KeptReply): void {
      const earlier = seen.get(key);
      const executed = reply.status < 400 || reply.status === 402 || reply.status >= 500;
      if (!executed) seen.delete(key);
      else if (earlier) earlier.reply = reply;
    },
  };
}
