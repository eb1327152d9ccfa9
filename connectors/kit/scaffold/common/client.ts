/** Acme's HTTP API. Never retries: that is Temporal's alone. */
import type { ConnectDependencies } from '../../connector.ts';
import { hostFetch } from '../../doors.ts';
import { baseUrl, hostGuard } from '../../hosts.ts';
import { vendorRequest } from '../../http.ts';
import { type JsonRequest, jsonRequest } from '../../json-request.ts';
import type { Idempotency } from '../../network-errors.ts';
import type { Call, WriteCall } from '../../operation.ts';
import { classifyAcme } from './errors.ts';
import { manifest } from './manifest.ts';

export interface AcmeClient {
  read: <Reply>(request: JsonRequest<Reply>, call: Call) => Promise<Reply>;
  /** Awaits `call.sending()` just before the first byte. */
  write: <Reply>(request: JsonRequest<Reply>, idempotency: Idempotency, call: WriteCall) => Promise<Reply>;
}

export function createClient({ connection, secret, budget }: ConnectDependencies): AcmeClient {
  const fetch = hostFetch(hostGuard(manifest, connection));
  const base = baseUrl(connection, 'https://api.acme.example');
  const prepare = <Reply>(request: JsonRequest<Reply>) => ({
    ...jsonRequest(request, { base, token: secret(connection.auth.token ?? '') }),
    fetch,
    budget,
    connector: manifest.name,
    classify: classifyAcme,
  });
  return {
    read: async (request, call) => (await vendorRequest({ ...prepare(request), call })).body,
    write: async (request, write, call) => (await vendorRequest({ ...prepare(request), write, call })).body,
  };
}
