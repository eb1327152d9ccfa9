/** The HTTP side of the API: one handler shape, Stripe's headers and error bodies around it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Json } from '../../../domain/model.ts';
import { type Params, parseForm } from './form.ts';
import { checkKey, type idempotency, rateLimit } from './guard.ts';
import { onlyKnown } from './params.ts';
import { StripeProblem } from './problem.ts';
import type { StripeState } from './state.ts';
import { API_VERSION } from './wire.ts';

export interface ApiCall {
  params: Params;
  /** From the path. */
  id: string;
  key: string | null;
  /** `http://127.0.0.1:port`, as the caller addressed this server. */
  origin: string;
}
export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  /** At most one `:id`. */
  path: string;
  /** Names of the parameters it takes, apart from `expand`. */
  takes: readonly string[];
  run: (call: ApiCall) => { [key: string]: Json };
}

export function serveApi(
  server: FastifyInstance,
  state: StripeState,
  endpoints: readonly Endpoint[],
  keys: ReturnType<typeof idempotency>,
): void {
  const limit = state.context.rateLimits ? rateLimit() : () => undefined;

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error, _request, reply) => {
    const problem = error instanceof StripeProblem ? error : null;
    if (!problem) state.context.log(`stripe: ${String(error)}`);
    const body = problem?.body ?? { error: { type: 'api_error', message: 'An unknown error occurred' } };
    return reply
      .code(problem?.status ?? 500)
      .headers(problem?.headers ?? {})
      .send(body);
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'request-id': state.nextId('req'), 'stripe-version': API_VERSION });
    const key = idempotencyKey(request);
    if (key !== null) reply.header('idempotency-key', key);
  });

  for (const endpoint of endpoints) {
    server.route({
      method: endpoint.method,
      url: endpoint.path,
      handler: async (request, reply) => {
        checkKey(request.headers.authorization, state.context.secrets.STRIPE_KEY);
        limit(`${endpoint.method} ${endpoint.path}`);
        const body = typeof request.body === 'string' ? request.body : '';
        const key = endpoint.method === 'POST' ? idempotencyKey(request) : null;
        if (key === null) return answer(endpoint, request, body, null);
        const kept = keys.begin(key, request.url, body);
        if (kept) return reply.code(kept.status).header('idempotent-replayed', 'true').send(kept.body);
        return keep(keys, key, reply, () => answer(endpoint, request, body, key));
      },
    });
  }
  server.setNotFoundHandler(async (request) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`;
    throw new StripeProblem(404, { type: 'invalid_request_error', message });
  });
}

function answer(endpoint: Endpoint, request: FastifyRequest, body: string, key: string | null) {
  const query = request.url.split('?')[1] ?? '';
  const params = parseForm(endpoint.method === 'POST' ? body : query);
  onlyKnown(params, [...endpoint.takes, 'expand']);
  const { id = '' } = request.params as { id?: string }; // `path` has at most this one
  return endpoint.run({ params, id, key, origin: `${request.protocol}://${request.host}` });
}

/** Runs the request and keeps what it said for the next time. */
function keep(
  keys: ReturnType<typeof idempotency>,
  key: string,
  reply: FastifyReply,
  run: () => { [key: string]: Json },
) {
  try {
    const body = run();
    keys.finish(key, { status: 200, body });
    return reply.send(body);
  } catch (error) {
    const problem = error instanceof StripeProblem ? error : null;
    keys.finish(key, { status: problem?.status ?? 500, body: problem?.body ?? {} });
    throw error;
  }
}

function idempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || request.method !== 'POST') return null;
  if (key.length > 255) {
    throw new StripeProblem(400, {
      type: 'invalid_request_error',
      message: 'Idempotency keys are up to 255 characters',
    });
  }
  return key;
}
