/** https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.html: pages by locator. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { makeId } from './ids.ts';
import type { Org, SalesforceRecord } from './org.ts';
import { invalid } from './problem.ts';
import { parseQuery } from './soql/parse.ts';
import { type Plan, runQuery } from './soql/run.ts';
import { rowOf } from './wire.ts';

const LARGEST_PAGE = 2_000;
const SMALLEST_PAGE = 200;
/** A user may hold so many open: one more, and the oldest is gone. */
const LOCATORS = 10;

export interface QueryDesk {
  org: Org;
  nowMs: () => number;
  /** These rows stand in the answer to this request, the last of the query or not. */
  shown: (request: FastifyRequest, plan: Plan, rows: SalesforceRecord[], last: boolean) => void;
}

interface Open {
  plan: Plan;
  size: number;
}
interface Path {
  Params: { version: string; locator: string };
  Querystring: { q?: string };
}

export function queryApi(server: FastifyInstance, base: string, desk: QueryDesk): void {
  const open = new Map<string, Open>();
  let last = 0;

  function page(request: FastifyRequest<Path>, locator: string | null, { plan, size }: Open, start: number) {
    const under = `/services/data/${request.params.version}`;
    const rows = plan.rows.slice(start, start + size);
    const done = start + rows.length >= plan.rows.length;
    desk.shown(request, plan, rows, done);
    if (plan.fields === null) return { totalSize: plan.rows.length, done: true, records: [] };
    const fields = plan.fields;
    const records = rows.map((row) => rowOf(row, fields, under));
    const more = done ? {} : { nextRecordsUrl: `${under}/query/${locator}-${start + rows.length}` };
    return { totalSize: plan.rows.length, done, ...more, records };
  }

  for (const resource of ['query', 'queryAll'] as const) {
    server.get<Path>(`${base}/${resource}`, async (request) => {
      const { q } = request.query;
      if (q === undefined) throw invalid('MALFORMED_QUERY', 'A query string has to be specified');
      const options = { deleted: resource === 'queryAll', nowMs: desk.nowMs() };
      const opened = { plan: runQuery(desk.org, parseQuery(q), options), size: pageSize(request) };
      if (opened.plan.rows.length <= opened.size) return page(request, null, opened, 0);
      last += 1;
      const locator = makeId('01g', last);
      open.set(locator, opened);
      const [oldest] = open.keys();
      if (open.size > LOCATORS && oldest !== undefined) open.delete(oldest);
      return page(request, locator, opened, 0);
    });
  }

  server.get<Path>(`${base}/query/:locator`, async (request) => {
    const [, locator = '', start = ''] = /^(\w+)-(\d+)$/.exec(request.params.locator) ?? [];
    const opened = open.get(locator);
    if (!opened) throw invalid('INVALID_QUERY_LOCATOR', 'invalid query locator');
    const answer = page(request, locator, opened, Number(start));
    if (answer.done) open.delete(locator);
    return answer;
  });
}

/** `Sforce-Query-Options: batchSize=500`, a wish: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm */
function pageSize({ headers }: FastifyRequest): number {
  const wish = /batchSize=(\d+)/.exec(String(headers['sforce-query-options'] ?? ''))?.[1];
  return Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, Number(wish ?? LARGEST_PAGE)));
}
