import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { oneClickUrl, type StoredMail } from './mailbox.ts';

const DEADLINE_MS = 10_000;

/**
 * The mail program's own unsubscribe button: one POST, no cookies, no redirects (RFC 8058 §3.2).
 * Answers `{ status }`, or null where the mail offers none.
 */
export async function oneClickUnsubscribe(mail: StoredMail, context: TwinContext): Promise<Json> {
  const url = oneClickUrl(mail);
  if (url === null) return { status: null, reason: 'the mail offers no one-click unsubscribe' };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  await response.body?.cancel();
  if (response.ok) {
    const account = context.directory.accountOfEmail(mail.to);
    const about = { account, to: mail.to, id: mail.to, key: mail.messageId };
    const summary = `${mail.to} unsubscribed with one click`;
    context.record({ ...about, kind: 'act', act: 'opted_out', summary });
    context.record({ ...about, kind: 'fact_told', summary, fact: { rule: 'opted_out', id: mail.to, state: 'open' } });
  }
  return { status: response.status };
}
