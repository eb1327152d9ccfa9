/**
 * A Salesforce org on loopback, by the REST API of version 50.0 or newer: sign-in, queries with locators, records and
 * upserts by external id, describe, limits. Records and the day's quota live on the business clock, sessions on the wire
 * clock. The app is SALESFORCE_CLIENT_ID with SALESFORCE_CLIENT_SECRET; with SALESFORCE_PRIVATE_KEY among the secrets it
 * takes assertions signed by that key, too.
 */
import type { FastifyInstance } from 'fastify';
import { afterAnswers } from '../../../sandbox/frame/after-answers.ts';
import type { MakeTwin, TwinContext } from '../../../sandbox/frame/types.ts';
import { makeActs } from './acts.ts';
import { recordWrites } from './effects.ts';
import { DailyCalls } from './limits.ts';
import { Org } from './org.ts';
import { invalid, notFound, SalesforceProblem } from './problem.ts';
import { queryApi } from './query-api.ts';
import { oauth, type Sessions } from './sessions.ts';
import { type ObjectsDesk, sobjectsApi } from './sobjects-api.ts';
import { factsTold } from './told.ts';
import { tasksView } from './view.ts';
import { emptyIds, worldRows } from './world.ts';

const DATA = '/services/data/:version';
const OLDEST_VERSION = 50;
const NEWEST_VERSION = 68;

export const twin: MakeTwin = (context) => {
  const org = new Org(context.now);
  const ids = emptyIds();
  const calls = new DailyCalls();
  const told = factsTold(org, ids, context);
  /** Writes that will find an account locked, by its id. */
  const locks = new Map<string, number>();
  let sessions: Sessions | null = null;
  return {
    name: 'salesforce',
    apply: worldRows(org, ids, context.log),
    acts: makeActs({ org, ids, context, calls, locks, sessions: () => sessions }),
    view: tasksView(org),
    routes: async (server) => {
      await server.register(async (scope) => {
        answerProblems(scope, context);
        const alive = oauth(scope, org, context);
        sessions = alive;
        await scope.register(async (data) => {
          guard(data, alive, calls, context.nowMs);
          const answers = afterAnswers(data);
          queryApi(data, DATA, {
            org,
            nowMs: context.nowMs,
            shown: (request, plan, rows, last) => answers.add(request, told(plan, rows, last)),
          });
          sobjectsApi(data, DATA, { org, lock: lockedBy(locks), written: recordWrites(org, context) });
          data.get(DATA, async () => ({ query: '/query', sobjects: '/sobjects', limits: '/limits' }));
          data.get(`${DATA}/limits`, async () => ({
            DailyApiRequests: { Max: calls.limit, Remaining: Math.max(0, calls.limit - calls.used(context.nowMs())) },
          }));
        });
      });
    },
  };
};

/** Every failure in Salesforce's own form. */
function answerProblems(scope: FastifyInstance, context: TwinContext): void {
  scope.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error instanceof SalesforceProblem) return reply.code(error.status).send(error.body);
    const status = error.statusCode ?? 500;
    if (status >= 500) context.log(`salesforce: ${error.stack ?? error.message}`);
    const problem =
      status < 500
        ? invalid('JSON_PARSER_ERROR', error.message)
        : new SalesforceProblem(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred.');
    return reply.code(problem.status).send(problem.body);
  });
}

/** Session, then version and quota; each answer says what is used of the quota. */
function guard(scope: FastifyInstance, sessions: Sessions, calls: DailyCalls, nowMs: () => number): void {
  scope.addHook<{ Params: { version?: string } }>('onRequest', async (request, reply) => {
    if (!sessions.alive(request.headers.authorization)) {
      throw new SalesforceProblem(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    }
    const version = Number(/^v(\d+)\.0$/.exec(request.params.version ?? '')?.[1]);
    if (!(version >= OLDEST_VERSION && version <= NEWEST_VERSION)) throw notFound();
    calls.take(nowMs());
    reply.header('sforce-limit-info', `api-usage=${calls.used(nowMs())}/${calls.limit}`);
  });
}

/** Writes to children lock their account: https://help.salesforce.com/s/articleView?id=000387767 */
function lockedBy(locks: Map<string, number>): ObjectsDesk['lock'] {
  return (record, object) => {
    const id = String((object === 'Account' ? record.Id : (record.AccountId ?? record.WhatId)) ?? '');
    const left = locks.get(id) ?? 0;
    if (left <= 0) return;
    locks.set(id, left - 1);
    throw invalid('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records', []);
  };
}
