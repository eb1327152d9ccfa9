import type { FastifyReply, FastifyRequest } from 'fastify';
import { judgeClick } from '../../../domain/engagement/judge-click.ts';
import type { ClickVerdict } from '../../../domain/engagement/types.ts';
import {
  findLink,
  inTransaction,
  type Link,
  type LinkKind,
  readableSince,
  recordEngagement,
} from '../../../store/index.ts';
import type { HttpContext } from '../context.ts';
import { html } from './html.ts';
import { sendPage } from './page.ts';

export interface TokenRoute {
  Params: { token: string };
}

export const HIDDEN = { schema: { hide: true }, bodyLimit: 16_384 };

/** The link behind a token; null after a page that says why there is none. */
export async function openLink(
  { deps }: HttpContext,
  kind: LinkKind,
  request: FastifyRequest<TokenRoute>,
  reply: FastifyReply,
): Promise<Link | null> {
  const { token } = request.params;
  const link = await inTransaction(deps.store, (tx) => findLink(tx, kind, token));
  if (link === null) {
    await sendPage(reply, 404, {
      title: 'This link is not known',
      body: html`<p>It may have been cut off on its way. Open it once more from the message that it came in.</p>`,
    });
    return null;
  }
  return link;
}

export function isExpired({ deps }: HttpContext, link: Link): boolean {
  return link.expiresAt <= deps.now();
}

export function sendBroken(reply: FastifyReply): FastifyReply {
  return sendPage(reply, 410, {
    title: 'This link leads nowhere any more',
    body: html`<p>What it was made for does not exist any more. Please answer the message that it came in.</p>`,
  });
}

/** Keeps a visit of a tracked link, with the verdict whether it shows that a person engaged. */
export async function recordVisit(
  { deps }: HttpContext,
  request: FastifyRequest,
  { effectKey }: Link,
): Promise<ClickVerdict> {
  const now = deps.now();
  return await inTransaction(deps.store, async (tx) => {
    const verdict = judgeClick({
      at: now,
      deliveredAt: effectKey === null ? null : await readableSince(tx, effectKey),
      method: request.method,
      userAgent: request.headers['user-agent'] ?? null,
      purpose: first(request, 'sec-purpose') ?? first(request, 'purpose') ?? first(request, 'x-moz'),
    });
    if (effectKey !== null) {
      const detail = { method: request.method, reason: verdict.counts ? null : verdict.reason };
      await recordEngagement(tx, { effectKey, kind: 'clicked', at: now, counts: verdict.counts, detail });
    }
    return verdict;
  });
}

function first({ headers }: FastifyRequest, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
