import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { addMs } from '../../../domain/clock.ts';
import { formatDuration } from '../../../domain/text.ts';
import {
  findAccount,
  findOffer,
  inTransaction,
  type Link,
  type OfferRow,
  recordAudit,
  useLink,
} from '../../../store/index.ts';
import type { ActionLinkBody, HttpContext, TrialAnswer } from '../context.ts';
import { html } from './html.ts';
import { HIDDEN, isExpired, openLink, sendBroken, type TokenRoute } from './link.ts';
import { button, facts, formatDay, sendPage } from './page.ts';

const linkBody: z.ZodType<ActionLinkBody> = z.object({
  action: z.literal('start_trial'),
  offerId: z.string(),
  actor: z.string().min(1).nullable(),
});

interface Action {
  link: Link;
  actor: string | null;
  offer: OfferRow;
  accountName: string;
}

const STANDS: Record<OfferRow['state'], string> = {
  offered: 'The offer is still open.',
  granting: 'The trial is being set up.',
  active: 'The trial is running.',
  converted: 'The trial is over: the customer has upgraded.',
  reverted: 'The trial is over: the customer is back on the old plan.',
  refused: 'The trial could not be started.',
  expired: 'The offer has expired.',
};

/** `/a/{token}`: one action for one of our own people. GET shows what will happen, POST does it, once. */
export function actionPages(app: FastifyInstance, context: HttpContext): void {
  const { deps, requestTrial } = context;

  app.get<TokenRoute>('/a/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'action', request, reply);
    if (link === null) return reply;
    const action = await readAction(context, link);
    if (action === null) return sendBroken(reply);
    const standing = sendStanding(context, reply, action);
    if (standing) return standing;
    return action.actor === null ? sendNobody(reply, action) : sendQuestion(context, reply, action, action.actor);
  });

  app.post<TokenRoute>('/a/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'action', request, reply);
    if (link === null) return reply;
    const action = await readAction(context, link);
    if (action === null) return sendBroken(reply);
    const standing = sendStanding(context, reply, action);
    if (standing) return standing;
    const { actor, offer } = action;
    if (actor === null) return sendNobody(reply, action);
    // Two posts at once may both come here: the offer itself is claimed once.
    const answer = await requestTrial({
      surface: 'crm_link',
      connection: null,
      actor: { email: actor, role: null },
      target: { offerId: offer.id },
    });
    await inTransaction(deps.store, async (tx) => {
      const at = deps.now();
      if (answer.kind === 'accepted') await useLink(tx, request.params.token, at);
      await recordAudit(tx, {
        at,
        actor,
        door: 'crm_link',
        action: 'trial.requested',
        subject: offer.id,
        detail: { ...answer },
      });
    });
    return sendAnswer(reply, action, answer);
  });
}

async function readAction({ deps }: HttpContext, link: Link): Promise<Action | null> {
  const body = linkBody.safeParse(link.body);
  if (!body.success) return null;
  return await inTransaction(deps.store, async (tx) => {
    const offer = await findOffer(tx, body.data.offerId);
    if (offer === null) return null;
    const account = await findAccount(tx, offer.account);
    return { link, actor: body.data.actor, offer, accountName: account?.name ?? offer.account };
  });
}

/** A page that says how things stand, when there is nothing left to press; null when there is. */
function sendStanding(
  context: HttpContext,
  reply: FastifyReply,
  { link, offer, accountName }: Action,
): FastifyReply | null {
  const title = `Trial for ${accountName}`;
  if (link.usedAt !== null)
    return sendPage(reply, 200, { title, body: html`<p>This link was used before. ${STANDS[offer.state]}</p>` });
  if (offer.state !== 'offered') {
    const gone = offer.state === 'expired' || offer.state === 'refused';
    return sendPage(reply, gone ? 410 : 200, { title, body: html`<p>${STANDS[offer.state]}</p>` });
  }
  if (!isExpired(context, link) && offer.expiresAt > context.deps.now()) return null;
  return sendPage(reply, 410, {
    title,
    body: html`<p>This link has expired. A new one comes with the next alert; RevOps can start a trial at any time.</p>`,
  });
}

/** Whoever holds the link could be anybody: without a name on it nobody may press. */
function sendNobody(reply: FastifyReply, { accountName }: Action): FastifyReply {
  return sendPage(reply, 403, {
    title: `Trial for ${accountName}`,
    body: html`<p>The CRM names no owner of ${accountName}, so this link was made for nobody. Set an owner there, or ask RevOps to start the trial.</p>`,
  });
}

function sendQuestion(
  { deps }: HttpContext,
  reply: FastifyReply,
  { offer, accountName }: Action,
  actor: string,
): FastifyReply {
  const { config } = deps.configs.current();
  const product = config.products[offer.product];
  const nameOf = (plan: string) => product?.plans[plan]?.name ?? plan;
  return sendPage(reply, 200, {
    title: `Start a trial for ${accountName}`,
    body: html`${facts([
      ['Product', product?.name ?? offer.product],
      ['Plan now', nameOf(offer.fromPlan)],
      ['Trial of', nameOf(offer.toPlan)],
      ['Length', formatDuration(config.trials.length)],
      ['Ends on', formatDay(addMs(deps.now(), config.trials.length), config.company.timezone)],
      ['Started by', actor],
    ])}
<p>The features are unlocked at once and nothing is charged. At the end the account goes back to ${nameOf(offer.fromPlan)} by itself, unless the customer upgrades.</p>
${button('Start the trial')}`,
    forms: 'self',
    footer: config.company.name,
  });
}

function sendAnswer(reply: FastifyReply, { accountName }: Action, answer: TrialAnswer): FastifyReply {
  if (answer.kind === 'accepted') {
    return sendPage(reply, 200, { title: `Trial for ${accountName}`, body: html`<p>${answer.sentence}</p>` });
  }
  const status = answer.reason === 'not_allowed' || answer.reason === 'needs_approval' ? 403 : 409;
  return sendPage(reply, status, { title: 'The trial was not started', body: html`<p>${answer.sentence}</p>` });
}
