/**
 * HubSpot's HTTP API, by the paths of one date version.
 *
 * Not through @hubspot/api-client: all paths it knows are numbered ones, and its `apiRequest`, the way around that,
 * calls the global fetch without a signal, follows redirects and takes neither a dispatcher nor an agent. There is no
 * place in it to check a host or to end a call (docs/decisions/003-hubspot-without-its-package.md).
 */
import { DateTime } from 'luxon';
import { businessNow, wireDelay } from '../../domain/clock.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { hostFetch } from '../kit/doors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import { vendorRequest } from '../kit/http.ts';
import { type JsonRequest, jsonRequest } from '../kit/json-request.ts';
import type { Idempotency } from '../kit/network-errors.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { ownSettings } from '../kit/settings.ts';
import { atMost } from '../kit/time-limit.ts';
import { classifyHubSpot } from './errors.ts';
import { heardLimits } from './heard.ts';
import { DEFAULT_ACCOUNT_KEY, type HubSpotSettings, manifest, settings as settingsSchema } from './manifest.ts';

/** Of one request; a whole read of all accounts takes as long as its own call allows. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface HubSpotClient {
  settings: HubSpotSettings;
  /** For requests without an effect, or with one that does no harm when it comes twice. */
  read: <Reply>(request: JsonRequest<Reply>, call: Call) => Promise<Reply>;
  /** Awaits `call.sending()` just before the first byte. */
  write: <Reply>(request: JsonRequest<Reply>, idempotency: Idempotency, call: WriteCall) => Promise<Reply>;
}

export function createClient(dependencies: ConnectDependencies): HubSpotClient {
  const { connection, secret, budget } = dependencies;
  const settings = settingsSchema.parse({
    ...ownSettings(connection),
    account_key: connection.account_key ?? DEFAULT_ACCOUNT_KEY,
  });
  const fetch = hostFetch(hostGuard(manifest, connection));
  const base = baseUrl(connection, 'https://api.hubapi.com');
  const classify = classifyHubSpot(dailyWait(dependencies, settings));

  const prepare = <Reply>(request: JsonRequest<Reply>) => ({
    ...jsonRequest(request, { base, token: secret(connection.auth.token ?? '') }),
    fetch,
    budget,
    heard: heardLimits,
    connector: manifest.name,
    classify,
  });
  return {
    settings,
    read: async (request, call) =>
      (await vendorRequest({ ...prepare(request), call: atMost(call, REQUEST_TIMEOUT_MS) })).body,
    write: async (request, write, call) =>
      (await vendorRequest({ ...prepare(request), write, call: { ...call, ...atMost(call, REQUEST_TIMEOUT_MS) } }))
        .body,
  };
}

/** The daily quota is business time: it starts anew at midnight in the portal's zone. */
function dailyWait({ clock, config }: ConnectDependencies, settings: HubSpotSettings): () => number {
  const zone = settings.portal_timezone ?? config.company.timezone;
  return () => {
    const now = businessNow(clock, Date.now());
    const midnight = DateTime.fromISO(now, { zone }).plus({ days: 1 }).startOf('day');
    return wireDelay(clock, now, midnight.toUTC().toISO() ?? now);
  };
}
