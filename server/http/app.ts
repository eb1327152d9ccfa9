import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { apiRoutes } from './api/routes.ts';
import { requireTokens } from './auth.ts';
import { codecRoutes } from './codec.ts';
import type { HttpContext } from './context.ts';
import { sendDocs } from './docs-page.ts';
import { handleError, notFound, sendError } from './errors.ts';
import { setSecurityHeaders } from './headers.ts';
import { healthRoutes } from './health.ts';
import { measureRequests, metricsRoute } from './metrics.ts';
import { describeRoutes } from './openapi.ts';
import { linkPages } from './pages/pages.ts';
import { webhookRoutes } from './webhooks.ts';

const BODY_LIMIT = 1_048_576;
/** Keys of effects name a trigger event, a step and a person, URL-encoded. */
const MAX_PARAM_LENGTH = 2_000;

/**
 * The hub's HTTP server: vendors' webhooks, the API, the pages behind links, health. Not listening yet: call `listen`,
 * and `close` at the end.
 */
export function makeHttpServer(context: HttpContext): FastifyInstance {
  const { deps, metrics } = context;
  const logger: FastifyBaseLogger = deps.log;
  const app = fastify({
    loggerInstance: logger,
    // Addresses hold tokens, and a fast clock asks often: failures are logged, requests are counted.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', null);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      notFound(`route ${request.method} ${request.url.split('?')[0]}`, 'GET /api/v1/docs lists all routes.'),
    ),
  );
  setSecurityHeaders(app, deps.publicUrl);
  measureRequests(app, metrics);

  app.register(async (all) => {
    await describeRoutes(all);
    await all.register(rateLimit, { global: false });
    await all.register((api) => apiRoutes(api, context), { prefix: '/api/v1' });
    await all.register(async (guarded) => {
      requireTokens(guarded, context);
      metricsRoute(guarded, context);
    });
    await all.register((codec) => codecRoutes(codec, context));
    const hidden = { schema: { hide: true } };
    all.get('/api/v1/openapi.json', hidden, async () => all.swagger());
    all.get('/api/v1/docs', hidden, async (_, reply) => sendDocs(reply, all.swagger()));
  });
  app.register((pages) => linkPages(pages, context));
  app.register((webhooks) => webhookRoutes(webhooks, context));
  app.register(async (health) => healthRoutes(health, context));
  return app;
}
