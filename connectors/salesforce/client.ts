/**
 * Salesforce's REST API, by the paths of one version.
 *
 * Not through jsforce: it signs in again without end on 401, repeats by itself, waits half an hour, and takes neither a
 * signal nor a dispatcher, so that there is no place in it to check a host or to end a call
 * (docs/decisions/013-salesforce-without-jsforce.md).
 */
import { addMs, businessNow, wireDelay } from '../../domain/clock.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { hostFetch } from '../kit/doors.ts';
import { RateLimitedError } from '../kit/errors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import { vendorRequest } from '../kit/http.ts';
import { type JsonRequest, jsonRequest } from '../kit/json-request.ts';
import type { Idempotency } from '../kit/network-errors.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { ownSettings } from '../kit/settings.ts';
import { atMost } from '../kit/time-limit.ts';
import { classifySalesforce, isSessionOver } from './errors.ts';
import {
  API_VERSION,
  DEFAULT_ACCOUNT_KEY,
  manifest,
  type SalesforceSettings,
  settings as settingsSchema,
} from './manifest.ts';
import { createSessions, type Session } from './session.ts';
import { createSignIn } from './sign-in.ts';

/** Of one request; a whole read of all accounts takes as long as its own call allows. */
const REQUEST_TIMEOUT_MS = 60_000;
/** The quota rolls over 24 hours: there is no moment at which it starts anew, only a time after which asking is fair. */
const DAILY_PROBE_MS = 30 * 60_000;

/** A request's path is beneath the version, such as `/query`; or whole, as Salesforce gives it for the next page. */
export interface SalesforceClient {
  settings: SalesforceSettings;
  /** For requests without an effect. */
  read: <Reply>(request: JsonRequest<Reply>, call: Call) => Promise<Reply>;
  /** Awaits `call.sending()` just before the first byte. */
  write: <Reply>(request: JsonRequest<Reply>, idempotency: Idempotency, call: WriteCall) => Promise<Reply>;
}

export function createClient(dependencies: ConnectDependencies): SalesforceClient {
  const { connection, clock, budget } = dependencies;
  const settings = settingsSchema.parse({
    ...ownSettings(connection),
    account_key: connection.account_key ?? DEFAULT_ACCOUNT_KEY,
  });
  const guard = hostGuard(manifest, connection);
  const fetch = hostFetch(guard);
  const base = baseUrl(connection, `https://${settings.my_domain}`);
  const sessions = createSessions(dependencies, createSignIn(dependencies, { settings, fetch, base }), guard);
  const byCode = classifySalesforce(() => {
    const now = businessNow(clock, Date.now());
    return wireDelay(clock, now, addMs(now, DAILY_PROBE_MS));
  });
  /** Calls of the last 24 hours, of all of the org's integrations, as the last answer said. */
  let daily: { used: number; limit: number } | null = null;

  function prepare<Reply>(request: JsonRequest<Reply>, session: Session) {
    const path = request.path.startsWith('/services/') ? request.path : `/services/data/v${API_VERSION}${request.path}`;
    return {
      ...jsonRequest({ ...request, path }, { base: session.url, token: session.token }),
      fetch,
      budget,
      heard: (headers: Headers) => {
        const said = usageIn(headers);
        return said ? [{ limit: 'daily', max: said.limit, left: Math.max(0, said.limit - said.used) }] : [];
      },
      connector: manifest.name,
      classify: (reply: Parameters<typeof byCode>[0]) => {
        daily = usageIn(reply.headers) ?? daily;
        const failure = byCode(reply);
        if (!daily || !(failure instanceof RateLimitedError) || failure.stops !== 'everybody') return failure;
        const spent = `${failure.message} (${daily.used} of ${daily.limit} calls in 24 hours)`;
        return new RateLimitedError(spent, failure.retryAfterMs, failure.origin);
      },
    };
  }

  /** A session ends without notice, and its 401 means that nothing was done: one new one, then the answer counts. */
  async function withSession<Reply>(call: Call, send: (session: Session) => Promise<{ body: Reply }>): Promise<Reply> {
    const session = await sessions.current(call);
    try {
      return (await send(session)).body;
    } catch (error) {
      if (!isSessionOver(error)) throw error;
      await sessions.forget(session);
      return (await send(await sessions.current(call))).body;
    }
  }
  return {
    settings,
    read: (request, call) => {
      const limited = atMost(call, REQUEST_TIMEOUT_MS);
      return withSession(limited, (session) => vendorRequest({ ...prepare(request, session), call: limited }));
    },
    write: (request, write, call) => {
      const limited = { ...call, ...atMost(call, REQUEST_TIMEOUT_MS), sending: once(call.sending) };
      return withSession(limited, (session) => vendorRequest({ ...prepare(request, session), write, call: limited }));
    },
  };
}

/** A write that goes out a second time, with a new session, is still the same one. */
function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= run();
    return done;
  };
}

/** `api-usage=25/100000`: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm */
function usageIn(headers: Headers): { used: number; limit: number } | null {
  const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers.get('sforce-limit-info') ?? '') ?? [];
  return used === undefined ? null : { used: Number(used), limit: Number(limit) };
}
