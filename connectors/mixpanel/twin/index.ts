/**
 * Mixpanel on loopback: one project that the product of the world tracks its usage into. Speaks the Query API
 * (segmentation, engage) and /import of https://docs.mixpanel.com/reference, all on one address.
 */
import type { FastifyInstance } from 'fastify';
import type { MakeTwin, TwinContext, WorldRow } from '../../../sandbox/frame/types.ts';
import { checkAccess, QueryQuota } from './access.ts';
import { cohortActs } from './cohorts.ts';
import { EngageQueries } from './engage.ts';
import { Imports, MAX_EVENTS } from './import.ts';
import { listedLimits, ProjectData } from './project-data.ts';
import { refuseImport, refuseQuery } from './replies.ts';
import { runSegmentation } from './segmentation.ts';

const MAX_IMPORT_BYTES = 10 * 1024 * 1024;

type TextFields = Record<string, string | undefined>;

export const makeMixpanelTwin: MakeTwin = (context) => {
  const data = new ProjectData();
  const quota = new QueryQuota(context.nowMs);
  const engage = new EngageQueries();
  const imports = new Imports(context, data);
  context.on('billing.plan_changed', ({ account, product, plan, cause }) => {
    if (cause !== 'world' && plan !== null) data.changePlan(account, listedLimits(context.directory, product, plan));
  });
  return {
    name: 'mixpanel',
    apply: (row: WorldRow) => {
      if (row.type === 'account') data.applyAccount(row);
      else if (row.type === 'reading') data.applyReading(row);
      else if (row.type === 'event') data.applyEvent(row);
    },
    acts: cohortActs(context),
    routes: async (server) => {
      if (!server.hasContentTypeParser('application/x-www-form-urlencoded')) {
        server.addContentTypeParser(
          'application/x-www-form-urlencoded',
          { parseAs: 'string' },
          (_request, body, done) => {
            done(null, Object.fromEntries(new URLSearchParams(String(body))));
          },
        );
      }
      await server.register(async (scope) => queryRoutes(scope, context, { data, quota, engage }));
      await server.register(async (scope) => importRoute(scope, context, imports));
    },
  };
};

function queryRoutes(
  server: FastifyInstance,
  context: TwinContext,
  { data, quota, engage }: { data: ProjectData; quota: QueryQuota; engage: EngageQueries },
): void {
  const counted = new WeakSet<object>();
  server.addHook<{ Querystring: TextFields }>('onRequest', async (request, reply) => {
    const refusal = checkAccess(context, request.headers.authorization, request.query.project_id);
    if (refusal) return refuseQuery(request, reply, refusal.status, refusal.error);
    counted.add(request);
    const busy = quota.enter();
    if (busy) return refuseQuery(request, reply, busy.status, busy.error);
  });
  const leave = async (request: object) => {
    if (counted.delete(request)) quota.leave();
  };
  server.addHook('onResponse', leave);
  server.addHook('onRequestAbort', leave);

  server.get<{ Querystring: TextFields }>('/api/query/segmentation', async (request, reply) => {
    const result = runSegmentation(request.query, (name) => data.eventsNamed(name));
    return 'error' in result ? refuseQuery(request, reply, 400, result.error) : result;
  });
  server.post<{ Querystring: TextFields; Body: TextFields | null }>('/api/query/engage', async (request, reply) => {
    const result = engage.run(request.body ?? {}, data.profiles);
    return 'error' in result ? refuseQuery(request, reply, 400, result.error) : result;
  });
}

function importRoute(server: FastifyInstance, context: TwinContext, imports: Imports): void {
  server.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error.statusCode === 413)
      return refuseImport(reply, 413, `request exceeds max limit of ${MAX_IMPORT_BYTES} bytes`);
    return refuseImport(reply, 400, error.message);
  });
  server.post<{ Querystring: TextFields }>('/import', { bodyLimit: MAX_IMPORT_BYTES }, async (request, reply) => {
    const refusal = checkAccess(context, request.headers.authorization, request.query.project_id);
    if (refusal)
      return refuseImport(reply, refusal.status, refusal.status === 401 ? 'Invalid credentials' : refusal.error);
    const records = request.body;
    if (!Array.isArray(records) || records.length === 0)
      return refuseImport(reply, 400, 'the body must be a JSON array of events');
    if (records.length > MAX_EVENTS)
      return refuseImport(reply, 413, `request exceeds max limit of ${MAX_EVENTS} events`);
    const { imported, failed } = imports.run(records);
    if (failed.length === 0) return { code: 200, num_records_imported: imported, status: 'OK' };
    return refuseImport(reply, 400, 'some data points in the request failed validation', {
      num_records_imported: imported,
      failed_records: failed,
    });
  });
}
