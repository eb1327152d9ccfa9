/** Acme's HTTP API. Never retries: that is Temporal's alone. */
import type { z } from 'zod';
import type { Json } from '../../../../domain/model.ts';
import type { ConnectDependencies } from '../../connector.ts';
import { hostFetch } from '../../doors.ts';
import { baseUrl, hostGuard } from '../../hosts.ts';
import { vendorRequest } from '../../http.ts';
import type { Idempotency } from '../../network-errors.ts';
import type { Call, WriteCall } from '../../operation.ts';
import { classifyAcme } from './errors.ts';
import { manifest } from './manifest.ts';

export interface AcmeRequest<Reply> {
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Json;
  reply: z.ZodType<Reply>;
}
export interface AcmeClient {
  read: <Reply>(request: AcmeRequest<Reply>, call: Call) => Promise<Reply>;
  /** Awaits `call.sending()` just before the first byte. */
  write: <Reply>(request: AcmeRequest<Reply>, idempotency: Idempotency, call: WriteCall) => Promise<Reply>;
}

export function createClient({ connection, secret, budget }: ConnectDependencies): AcmeClient {
  const fetch = hostFetch(hostGuard(manifest, connection));
  const base = baseUrl(connection, 'https://api.acme.example');
  const prepare = <Reply>({ operation, method, path, query, headers, body, reply }: AcmeRequest<Reply>) => ({
    fetch,
    budget,
    connector: manifest.name,
    operation,
    method,
    url: `${base}${path}${query ? `?${new URLSearchParams(query)}` : ''}`,
    headers: {
      authorization: `Bearer ${secret(connection.auth.token ?? '')}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    schema: reply,
    classify: classifyAcme,
  });
  return {
    read: async (request, call) => (await vendorRequest({ ...prepare(request), call })).body,
    write: async (request, write, call) => (await vendorRequest({ ...prepare(request), write, call })).body,
  };
}
