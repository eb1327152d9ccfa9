import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { inTransaction, type Link, recordAudit, recordEngagement } from '../../../store/index.ts';
import type { HttpContext, UpgradeTarget, UpgradeView } from '../context.ts';
import { html } from './html.ts';
import { HIDDEN, isExpired, openLink, recordVisit, sendBroken, type TokenRoute } from './link.ts';
import { button, facts, formatMoney, sendPage } from './page.ts';

const linkBody = z.object({ subscriptionId: z.string(), product: z.string(), plan: z.string() });

/** `/t/{token}`: GET shows what the upgrade means, POST opens billing's own page, where the customer confirms. */
export function upgradePages(app: FastifyInstance, context: HttpContext): void {
  const { deps, viewUpgrade, openUpgradeLink } = context;
  const company = () => deps.configs.current().config.company.name;

  app.get<TokenRoute>('/t/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'upgrade', request, reply);
    if (link === null) return reply;
    if (isExpired(context, link)) return sendExpired(reply);
    const target = targetOf(link);
    if (target === null) return sendBroken(reply);
    const verdict = await recordVisit(context, request, link);
    // Robots read no prices: nothing is asked of billing for them.
    const robot = !verdict.counts && ['scanner', 'prefetch', 'method'].includes(verdict.reason);
    const view = robot ? null : await viewUpgrade(target);
    if (view?.kind === 'unavailable') {
      return sendPage(reply, 200, { title: 'Your plan', body: html`<p>${view.sentence}</p>`, footer: company() });
    }
    return sendPage(reply, 200, {
      title: view === null ? 'Upgrade your plan' : `Upgrade ${view.value.productName} to ${view.value.toPlan}`,
      body: html`${view === null ? null : prices(view.value)}
<p>Nothing changes yet: the next page shows the exact amount once more, and you confirm there.</p>
${button('Continue to upgrade')}`,
      forms: 'self and elsewhere',
      footer: company(),
    });
  });

  app.post<TokenRoute>('/t/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'upgrade', request, reply);
    if (link === null) return reply;
    if (isExpired(context, link)) return sendExpired(reply);
    const target = targetOf(link);
    if (target === null) return sendBroken(reply);
    const { counts } = await recordVisit(context, request, link);
    const opened = await openUpgradeLink({ ...target, returnUrl: `${deps.publicUrl}/t/${request.params.token}` });
    if (opened.kind === 'unavailable') {
      return sendPage(reply, 409, {
        title: 'This cannot be done now',
        body: html`<p>${opened.sentence}</p>`,
        footer: company(),
      });
    }
    await keepCheckout(context, link, target, counts);
    return reply.redirect(opened.value, 303);
  });
}

async function keepCheckout({ deps }: HttpContext, link: Link, target: UpgradeTarget, counts: boolean): Promise<void> {
  const { effectKey, person, account } = link;
  const at = deps.now();
  await inTransaction(deps.store, async (tx) => {
    if (effectKey !== null)
      await recordEngagement(tx, { effectKey, kind: 'checkout_started', at, counts, detail: null });
    await recordAudit(tx, {
      at,
      actor: person ?? account,
      door: 'mail_link',
      action: 'checkout.started',
      subject: account,
      detail: { product: target.product, plan: target.plan },
    });
  });
}

function targetOf({ account, body }: Link): UpgradeTarget | null {
  const read = linkBody.safeParse(body);
  return read.success ? { account, ...read.data } : null;
}

function prices(view: UpgradeView) {
  const money = (cents: number) => formatMoney(cents, view.currency);
  return facts([
    ['Account', view.accountName],
    [`Now: ${view.fromPlan}`, `${money(view.currentMonthlyCents)} a month`],
    [`Then: ${view.toPlan}`, `${money(view.nextMonthlyCents)} a month`],
    ...(view.dueNowCents === null ? [] : [['Due on confirming', money(view.dueNowCents)] satisfies [string, string]]),
  ]);
}

function sendExpired(reply: FastifyReply): FastifyReply {
  return sendPage(reply, 410, {
    title: 'This link has expired',
    body: html`<p>You can change your plan in the billing settings of your account, or answer the message that the link came in.</p>`,
  });
}
