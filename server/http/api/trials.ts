import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findAccount, findOffer, findTrial, inTransaction, pageTrials, recordAudit } from '../../../store/index.ts';
import { byCaller, callerOf } from '../auth.ts';
import type { EndTrialAnswer, HttpContext, TrialActor, TrialAnswer } from '../context.ts';
import { HttpError, invalid, notFound } from '../errors.ts';
import { type Api, asPage, pageOf, pageQuery, readAtCursor } from './api.ts';
import { iso, trial } from './schemas.ts';

const STATES = ['offered', 'granting', 'active', 'converted', 'reverted', 'refused', 'expired'] as const;
const state = z.enum(STATES);
const actor = z.email().optional().describe('The person who asks; without it the token itself is the actor');

const offer = z
  .object({
    id: z.string(),
    account: z.string(),
    accountName: z.string(),
    product: z.string(),
    fromPlan: z.string(),
    toPlan: z.string(),
    state,
    reason: z.string().nullable(),
    expiresAt: iso,
    triggerEventId: z.string().nullable(),
  })
  .meta({ id: 'Offer' });

const accepted = z.object({ offerId: z.string(), state, sentence: z.string() });
const params = z.object({ offerId: z.string() });

/** What a refusal at the door is in HTTP. */
const STATUS: Record<Extract<TrialAnswer | EndTrialAnswer, { kind: 'refused' }>['reason'], 403 | 404 | 409> = {
  not_allowed: 403,
  unknown_offer: 404,
  unknown_account: 404,
  needs_approval: 403,
  offer_expired: 409,
  offer_closed: 409,
  no_subscription: 409,
  top_tier: 409,
  had_trial: 409,
  another_open: 409,
  invoice_overdue: 409,
  plan_changed: 409,
  incident: 409,
  connection_paused: 409,
  not_running: 409,
};

export function trialRoutes(api: Api, context: HttpContext): void {
  const { deps, requestTrial, endTrial } = context;

  api.get(
    '/trials',
    {
      schema: {
        tags: ['trials'],
        summary: 'Trials, newest first',
        querystring: pageQuery.extend({ account: z.string().optional(), state: state.optional() }),
        response: { 200: pageOf(trial) },
      },
    },
    async ({ query: { limit, after, account, state: only } }) => {
      const page = { account, states: only && [only], after: readAtCursor(after), limit: limit + 1 };
      const rows = await inTransaction(deps.store, (tx) => pageTrials(tx, page));
      return asPage(rows, limit, ({ grantedAt, offerId }) => [grantedAt, offerId]);
    },
  );

  api.post(
    '/trials',
    {
      schema: {
        tags: ['trials'],
        summary: 'Start a trial',
        description:
          'Of an offer, or of the next plan of an account. Answered as soon as it is taken; read on with GET. The ' +
          'same offer again is harmless. A refusal is a sentence.',
        body: z.object({
          offerId: z.string().optional(),
          account: z.string().optional(),
          product: z.string().optional().describe('May be left out where the account pays for one product'),
          actor,
        }),
        response: { 202: accepted },
      },
    },
    async (request, reply) => {
      const { offerId, account, product } = request.body;
      if ((offerId === undefined) === (account === undefined))
        throw invalid('Name either an offerId or an account.', 'Send { "account": "…" } or { "offerId": "…" }.');
      const target = account === undefined ? { offerId: offerId ?? '' } : { account, product: product ?? null };
      const who = actorOf(request, request.body.actor);
      const answer = await requestTrial({ surface: 'api', connection: null, actor: who, target });
      const subject = answer.kind === 'accepted' ? answer.offerId : (offerId ?? account ?? '');
      await audit(request, 'trial.requested', subject, { person: who.email, ...answer });
      if (answer.kind === 'refused') throw refusal(answer);
      const { kind: _, ...view } = answer;
      return reply.code(202).send(view);
    },
  );

  api.get(
    '/trials/:offerId',
    {
      schema: {
        tags: ['trials'],
        summary: 'An offer, and the trial that was made of it',
        params,
        response: { 200: z.object({ offer, trial: trial.nullable() }) },
      },
    },
    async ({ params: { offerId } }) =>
      await inTransaction(deps.store, async (tx) => {
        const found = await findOffer(tx, offerId);
        if (found === null) throw notFound(`offer ${offerId}`, 'GET /api/v1/trials lists the trials.');
        const account = await findAccount(tx, found.account);
        const view = { ...found, accountName: account?.name ?? found.account };
        return { offer: view, trial: await findTrial(tx, offerId) };
      }),
  );

  api.post(
    '/trials/:offerId/end',
    {
      schema: {
        tags: ['trials'],
        summary: 'End a running trial now',
        params,
        body: z.object({ reason: z.string().min(1).max(500), actor }),
        response: { 202: accepted.omit({ offerId: true }) },
      },
    },
    async (request, reply) => {
      const { offerId } = request.params;
      const who = actorOf(request, request.body.actor);
      const answer = await endTrial({ offerId, actor: who, reason: request.body.reason });
      await audit(request, 'trial.end_requested', offerId, {
        person: who.email,
        reason: request.body.reason,
        ...answer,
      });
      if (answer.kind === 'refused') throw refusal(answer);
      return reply.code(202).send({ state: answer.state, sentence: answer.sentence });
    },
  );

  async function audit(request: FastifyRequest, action: string, subject: string, detail: Record<string, string>) {
    const { now: at, ...by } = byCaller(request, context);
    await inTransaction(deps.store, (tx) => recordAudit(tx, { ...by, at, action, subject, detail }));
  }
}

function actorOf(request: FastifyRequest, email: string | undefined): TrialActor {
  const { name, role } = callerOf(request);
  return { email: email ?? name, role: role === 'am' || role === 'revops' || role === 'admin' ? role : null };
}

function refusal({ reason, sentence }: Extract<TrialAnswer | EndTrialAnswer, { kind: 'refused' }>): HttpError {
  const status = STATUS[reason];
  const remedy =
    status === 404
      ? 'GET /api/v1/accounts and GET /api/v1/trials show what there is.'
      : status === 403
        ? 'Ask the account manager of the account or RevOps to do it.'
        : 'Look at GET /api/v1/accounts/{id} and try again when that has changed.';
  return new HttpError(status, reason, sentence, remedy);
}
