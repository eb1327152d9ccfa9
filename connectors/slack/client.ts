import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import type { z } from 'zod';
import { withPermit } from '../kit/budget.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { hostFetch } from '../kit/doors.ts';
import {
  AuthenticationError,
  type ErrorOrigin,
  NotSentError,
  OutcomeUnknownError,
  RateLimitedError,
  UnexpectedResponseError,
} from '../kit/errors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import { retryAfterMs } from '../kit/http.ts';
import type { Idempotency } from '../kit/network-errors.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { slackError } from './errors.ts';
import { manifest } from './manifest.ts';

/** A 429 without Retry-After: Slack's limits count by the minute. https://docs.slack.dev/apis/web-api/rate-limits */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** The SDK would write to the console; what matters arrives as an error. */
const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

interface RequestBase<Reply> {
  operation: string;
  /** Web API method, such as chat.postMessage. */
  method: string;
  args: Record<string, unknown>;
  reply: z.ZodType<Reply>;
}
/** A write says how it is idempotent; `call.sending()` is awaited just before its first byte. */
export type SlackRequest<Reply> = RequestBase<Reply> &
  ({ write?: undefined; call: Call } | { write: Idempotency; call: WriteCall });
export type SlackClient = <Reply>(request: SlackRequest<Reply>) => Promise<Reply>;

/** One attempt per call: the SDK's own ten retries would post a message again after a reset. */
export function slackClient(deps: ConnectDependencies): SlackClient {
  const send = hostFetch(hostGuard(manifest, deps.connection));
  const slackApiUrl = `${baseUrl(deps.connection, 'https://slack.com')}/api/`;

  return async (request) => {
    const { operation, method, args, reply, call, write } = request;
    const origin: ErrorOrigin = { connector: manifest.name, operation };
    const timeout = checkDeadline(call, origin);
    const keys = keysOf(method, args);
    const client = new WebClient(token(deps, origin), {
      slackApiUrl,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout,
      logger: SILENT,
      fetch: async (url, init) => {
        const signals = [call.signal, ...(init?.signal ? [init.signal] : [])];
        const response = await send(url, { ...init, signal: AbortSignal.any(signals) });
        // Read here, since the SDK forgets that a 429 without Retry-After had no effect. Limits are per method and
        // channel, so the rest of the connection is not paused.
        if (response.status === 429) {
          const wait = retryAfterMs(response.headers) ?? DEFAULT_RETRY_AFTER_MS;
          for (const key of keys) await deps.budget.pause(wait, `Slack limits ${method}`, key);
          throw new RateLimitedError(`Slack limits ${method}`, wait, origin);
        }
        return response;
      },
    });
    const ready = async () => {
      if (request.write !== undefined) await request.call.sending();
      checkDeadline(call, origin);
    };
    const answer = await withPermit(deps.budget, { call, operation, keys }, ready, () =>
      client.apiCall(method, args).catch((error: unknown) => {
        throw slackError(error, origin, write);
      }),
    );
    const parsed = reply.safeParse(answer);
    if (parsed.success) return parsed.data;
    const message = `Slack answered ${method} in an unknown shape: ${parsed.error.issues[0]?.path.join('.')}`;
    if (write === undefined) throw new UnexpectedResponseError(message, origin);
    throw new OutcomeUnknownError(message, origin);
  };
}

/** https://docs.slack.dev/apis/web-api/rate-limits; posting has a limit of its own. */
const TIER_4 = new Set(['users.info', 'views.open', 'views.update', 'auth.test']);

function keysOf(method: string, args: Record<string, unknown>): string[] {
  if (method === 'chat.postMessage') return [`channel:${String(args.channel)}`];
  return [`${TIER_4.has(method) ? 'tier_4' : 'tier_3'}:${method}`];
}

/** @returns the milliseconds left */
function checkDeadline(call: Call, origin: ErrorOrigin): number {
  const left = Math.floor(call.deadline - performance.now());
  if (left > 0 && !call.signal.aborted) return left;
  throw new NotSentError('the deadline passed before anything was sent', origin);
}

function token(deps: ConnectDependencies, origin: ErrorOrigin): string {
  const reference = deps.connection.auth.token;
  if (reference === undefined) throw new AuthenticationError('the connection has no auth.token', origin);
  return deps.secret(reference);
}
