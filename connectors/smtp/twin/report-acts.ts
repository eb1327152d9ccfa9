import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { Twin, TwinContext } from '../../../sandbox/frame/types.ts';
import type { StoredMail } from './mailbox.ts';
import { bounceMail, complaintMail, deliverReport, jsonReport } from './reports.ts';

/**
 * What becomes of a mail later. `as: mail` sends the report as the mail in which mailbox providers make it, anything
 * else as JSON. Each answers what the hub said: `{ status, body }`, or null while no hub is known.
 */
export function reportActs(received: (messageId: Json | undefined) => StoredMail, context: TwinContext): Twin['acts'] {
  const note = (act: string, mail: StoredMail, summary: string, data: Json = null) =>
    context.record({
      kind: 'act',
      act,
      account: context.directory.accountOfEmail(mail.to),
      to: mail.to,
      id: randomUUID(),
      key: mail.messageId,
      summary,
      data,
    });

  return {
    /** Input: messageId, bounce (hard, soft; default hard), as. */
    bounce: async ({ messageId, bounce = 'hard', as }) => {
      const mail = received(messageId);
      if (bounce !== 'hard' && bounce !== 'soft') throw new Error(`no bounce is ${String(bounce)}`);
      note('bounced', mail, `"${mail.subject}" came back (${bounce})`);
      const about = { message_id: mail.messageId, recipient: mail.to, bounce, reason: '5.1.1 No such mailbox' };
      return await deliverReport(context, as === 'mail' ? bounceMail(mail, bounce) : jsonReport('mail.bounced', about));
    },
    /** Input: messageId, as. */
    complain: async ({ messageId, as }) => {
      const mail = received(messageId);
      note('complained', mail, `${mail.to} called "${mail.subject}" spam`);
      const about = { message_id: mail.messageId, recipient: mail.to };
      const answer = await deliverReport(
        context,
        as === 'mail' ? complaintMail(mail) : jsonReport('mail.complained', about),
      );
      if (answer !== null && answer.status < 300)
        context.record({
          kind: 'fact_told',
          account: context.directory.accountOfEmail(mail.to),
          to: mail.to,
          id: mail.to,
          key: mail.messageId,
          summary: `${mail.to} complained`,
          fact: { rule: 'opted_out', id: mail.to, state: 'open' },
        });
      return answer;
    },
    /** The recipient answers; the provider tells whom the answer is for. Input: messageId, from, text, automatic. */
    reply: async ({ messageId, from, text, automatic = false }) => {
      const mail = received(messageId);
      note('replied', mail, `${String(from)} answered "${mail.subject}"`, { text: text ?? null });
      const about = { message_id: mail.messageId, recipient: mail.to, automatic };
      return await deliverReport(context, jsonReport('mail.replied', about));
    },
  };
}
