/**
 * A HubSpot account on loopback, by the paths of version 2026-09: companies, contacts, tickets, tasks, calls, e-mails and
 * meetings with their associations; properties, ticket pipelines and owners. Records live on the business clock, rate
 * limits on the wire clock. The token is HUBSPOT_TOKEN; webhooks are signed with HUBSPOT_CLIENT_SECRET.
 */
import type { FastifyInstance } from 'fastify';
import { afterAnswers } from '../../../sandbox/frame/after-answers.ts';
import type { MakeTwin, TwinContext } from '../../../sandbox/frame/types.ts';
import { makeActs } from './acts.ts';
import { recordWrites } from './effects.ts';
import { associationsApi, objectsApi } from './objects-api.ts';
import { Portal } from './portal.ts';
import { HubSpotProblem } from './problem.ts';
import { rateLimit, type Taken } from './rate-limit.ts';
import { ownersApi, pipelinesApi, propertiesApi } from './settings-api.ts';
import { factsTold } from './told.ts';
import { tasksView } from './view.ts';
import { sendWebhooks } from './webhooks.ts';
import { emptyIds, worldRows } from './world.ts';

export const twin: MakeTwin = (context) => {
  const portal = new Portal();
  sendWebhooks(portal, context);
  const ids = emptyIds();
  const told = factsTold(portal, ids, context);
  const written = recordWrites(portal, context);
  const limit = rateLimit(() => context.now().slice(0, 10), context.rateLimits);
  return {
    name: 'hubspot',
    apply: worldRows(portal, ids, context.log),
    acts: { ...makeActs(portal, ids, context), limits: async () => ({ ...limit.usage() }) },
    view: tasksView(portal),
    routes: async (server) => {
      await server.register(async (scope) => {
        guard(scope, context, limit.take);
        const answers = afterAnswers(scope);
        const shown: Parameters<typeof objectsApi>[2]['shown'] = (request, record, properties) => {
          const tell = told(record, properties);
          if (tell) answers.add(request, tell);
        };
        const desk = { portal, now: context.now, shown, written };
        objectsApi(scope, '/crm/objects/2026-09', desk);
        associationsApi(scope, '/crm/associations/2026-09', desk);
        propertiesApi(scope, portal);
        pipelinesApi(scope);
        ownersApi(scope, portal);
      });
    },
  };
};

/** Token, then limits, then the route; every failure in HubSpot's own form. */
function guard(scope: FastifyInstance, context: TwinContext, take: (wireNow: number) => Taken): void {
  scope.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const problem = error instanceof HubSpotProblem ? error : null;
    if (problem) return reply.code(problem.status).send(problem.body);
    const status = error.statusCode ?? 500;
    if (status >= 500) context.log(`hubspot: ${error.stack ?? error.message}`);
    const category = status < 500 ? 'VALIDATION_ERROR' : 'INTERNAL_ERROR';
    return reply.code(status).send(new HubSpotProblem(status, category, error.message).body);
  });
  scope.addHook('onRequest', async (request, reply) => {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || token !== context.secrets.HUBSPOT_TOKEN) {
      const message = 'Authentication credentials not found. This API supports OAuth 2.0 authentication';
      throw new HubSpotProblem(401, 'INVALID_AUTHENTICATION', message);
    }
    const { headers, refusal } = take(Date.now());
    reply.headers(headers);
    if (refusal !== null) return reply.code(429).send(refusal);
  });
}
