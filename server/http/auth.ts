import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Iso } from '../../domain/model.ts';
import { type ApiToken, findToken, inTransaction, listTokens } from '../../store/index.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';
import { rolesOf } from './roles.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: ApiToken | null;
  }
}

const FAILURES = { max: 20, timeWindow: 60_000 };
const NO_TOKENS = new HttpError(
  503,
  'no_tokens',
  'No API token is configured, so nobody can be let in.',
  'Set HEADROOM_ADMIN_TOKEN or HEADROOM_PRODUCT_TOKEN and start the hub again.',
);

/**
 * Lets in who has a token of a role that the route names. 20 failures a minute from one address, then 429: right
 * tokens go on working, since behind one proxy all callers share an address.
 */
export function requireTokens(app: FastifyInstance, { deps }: HttpContext): void {
  const failures = app.createRateLimit(FAILURES);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat())
      if (!rolesOf(one, url)) throw new Error(`${one} ${url} has no roles: add it to server/http/roles.ts`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = token === undefined ? null : await inTransaction(deps.store, (tx) => findToken(tx, token));
    if (caller === null) return await refuse(request, reply, token);
    const roles = rolesOf(request.method, request.routeOptions.url ?? '') ?? [];
    if (!roles.includes(caller.role)) {
      throw new HttpError(
        403,
        'not_allowed',
        `The token ${caller.name} has the role ${caller.role}; this needs ${roles.join(' or ')}.`,
        'Use a token of one of these roles, or ask an admin for one.',
      );
    }
    request.caller = caller;
  });

  async function refuse(request: FastifyRequest, reply: FastifyReply, token: string | undefined): Promise<never> {
    const known = await inTransaction(deps.store, listTokens);
    if (known.every((one) => one.revokedAt !== null)) throw NO_TOKENS;
    const limit = await failures(request);
    if (!limit.isAllowed && limit.isExceeded) {
      reply.header('retry-after', String(limit.ttlInSeconds));
      throw new HttpError(
        429,
        'too_many_failures',
        'Too many requests with a wrong token came from this address.',
        `Wait ${limit.ttlInSeconds} s and use a right token.`,
      );
    }
    reply.header('www-authenticate', 'Bearer realm="headroom"');
    throw new HttpError(
      401,
      'unauthorized',
      token === undefined ? 'The request carries no token.' : 'This token is unknown or was revoked.',
      'Send the header "authorization: Bearer <token>" with a token of this hub.',
    );
  }
}

export function callerOf(request: FastifyRequest): ApiToken {
  if (request.caller === null) throw new Error(`${request.routeOptions.url} is open to everybody`);
  return request.caller;
}

/** Who did it, for the audit. */
export function byCaller(request: FastifyRequest, { deps }: HttpContext): { actor: string; door: string; now: Iso } {
  return { actor: callerOf(request).name, door: 'api', now: deps.now() };
}
