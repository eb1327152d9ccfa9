/** The ways out of the process, each behind a `HostGuard`. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { Agent, buildConnector, FormData as UndiciFormData, fetch as undiciFetch } from 'undici';
import { UnexpectedResponseError } from './errors.ts';
import { checkHost, guardedLookup, type HostGuard } from './hosts.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** The web's fetch, bound to one connection. */
export type HostFetch = typeof globalThis.fetch;

/** An undici dispatcher that opens sockets to the connection's hosts only. Close it when the connection ends. */
export function guardedDispatcher(guard: HostGuard): Agent {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup(guard) });
  return new Agent({
    connect: (options, callback) => {
      try {
        checkHost(guard, options.hostname);
      } catch (refusal) {
        // checkHost throws ConnectorError, an Error.
        return callback(refusal as Error, null);
      }
      connect(options, callback);
    },
    // Deadlines belong to the call's signal; undici's own would cut a slow but wanted answer.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * fetch for one connection. Refuses other hosts before a socket opens and never follows a redirect: no vendor API here
 * answers with one, and following would carry credentials to where the answer points.
 * Uses undici's own fetch, since Node's built-in one does not take a dispatcher of another undici version.
 */
export function hostFetch(guard: HostGuard): HostFetch {
  const dispatcher = guardedDispatcher(guard);
  const guarded = async (input: string | URL | Request, init?: RequestInit) => {
    const request = input instanceof Request ? input : null;
    const url = request ? request.url : String(input);
    checkHost(guard, new URL(url).hostname);
    const fromRequest: RequestInit = request
      ? {
          method: request.method,
          headers: request.headers,
          body: request.body ? await request.arrayBuffer() : null,
          signal: request.signal,
        }
      : {};
    const merged = { ...fromRequest, ...init };
    const body = merged.body instanceof FormData ? copyForm(merged.body) : merged.body;
    // undici's RequestInit is the same web standard, declared apart from lib.dom's.
    const options = { ...merged, body, dispatcher, redirect: 'manual' } as unknown as Parameters<typeof undiciFetch>[1];
    const response = await undiciFetch(url, options);
    if (response.status >= 300 && response.status < 400 && response.headers.has('location')) {
      await response.body?.cancel();
      throw new UnexpectedResponseError(`answered with a redirect (${response.status}), which is not followed`, {
        connector: guard.connector,
        operation: 'connect',
      });
    }
    return response;
  };
  // Both sides implement the fetch standard; only their declarations differ.
  return guarded as unknown as HostFetch;
}

/** undici's fetch knows its own FormData only and would send the web's as "[object FormData]". */
function copyForm(form: FormData): UndiciFormData {
  const copy = new UndiciFormData();
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copy.append(name, value);
    else copy.append(name, value, value.name);
  }
  return copy;
}

/** For packages that take a Node agent (node-fetch, axios, request styles). */
export function guardedAgent(guard: HostGuard, protocol: 'http:' | 'https:'): http.Agent | https.Agent {
  const lookup = guardedLookup(guard);
  const agent = protocol === 'https:' ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    checkHost(guard, options.host ?? 'localhost');
    return open({ ...options, lookup }, callback);
  };
  return agent;
}

/** A connected plain TCP socket, for protocols that are not HTTP. Rejects with InvalidInputError for other hosts. */
export function guardedSocket(
  guard: HostGuard,
  target: { host: string; port: number },
  signal?: AbortSignal,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    checkHost(guard, target.host);
    const socket = net.connect({ ...target, lookup: guardedLookup(guard), signal });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' })),
    );
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
