import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { applyBrakes } from '../../../activities/upkeep/brake.ts';
import { inTransaction, type Link, lock, recordAudit, recordConsents, recordEngagement } from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { html } from './html.ts';
import { HIDDEN, openLink, sendBroken, type TokenRoute } from './link.ts';
import { button, facts, sendPage } from './page.ts';

const linkBody = z.object({ category: z.enum(['service', 'marketing']) });
type Category = z.output<typeof linkBody>['category'];

const KIND: Record<Category, string> = {
  marketing: 'messages about plans and features',
  service: 'messages about your usage',
};

/**
 * `/u/{token}`: GET shows what ends, POST ends it, whatever its body says. Mail programs post
 * `List-Unsubscribe=One-Click` without a person (RFC 8058). A link never gets too old for this.
 */
export function unsubscribePages(app: FastifyInstance, context: HttpContext): void {
  const company = () => context.deps.configs.current().config.company.name;

  app.get<TokenRoute>('/u/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'unsubscribe', request, reply);
    if (link === null) return reply;
    const who = subjectOf(link);
    if (who === null) return sendBroken(reply);
    return sendPage(reply, 200, {
      title: 'Unsubscribe',
      body: html`<p>${company()} will send no more ${KIND[who.category]} to this address.</p>
${facts([['Address', who.person]])}
${button('Unsubscribe')}`,
      forms: 'self',
      footer: company(),
    });
  });

  app.post<TokenRoute>('/u/:token', HIDDEN, async (request, reply) => {
    const link = await openLink(context, 'unsubscribe', request, reply);
    if (link === null) return reply;
    const who = subjectOf(link);
    if (who === null) return sendBroken(reply);
    await unsubscribe(context, link, who);
    return sendPage(reply, 200, {
      title: 'You are unsubscribed',
      body: html`<p>${company()} will send no more ${KIND[who.category]} to ${who.person}.</p>`,
      footer: company(),
    });
  });
}

function subjectOf({ person, body }: Link): { person: string; category: Category } | null {
  const read = linkBody.safeParse(body);
  return read.success && person !== null ? { person, category: read.data.category } : null;
}

async function unsubscribe(
  { deps }: HttpContext,
  { account, effectKey }: Link,
  { person, category }: { person: string; category: Category },
): Promise<void> {
  const at = deps.now();
  await inTransaction(deps.store, async (tx) => {
    // A message that is being claimed for this person is judged before or after, never in between.
    await lock(tx, { persons: [person] });
    await recordConsents(tx, [{ person, category, source: 'unsubscribe_link', optedOut: true, at }]);
    if (effectKey !== null)
      await recordEngagement(tx, { effectKey, kind: 'opted_out', at, counts: true, detail: { category } });
    await recordAudit(tx, {
      at,
      actor: person,
      door: 'mail_link',
      action: 'person.unsubscribed',
      subject: account,
      detail: { category },
    });
  });
  if (effectKey !== null) await applyBrakes(deps);
}
