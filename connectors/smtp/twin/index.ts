import { randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { MakeTwin } from '../../../sandbox/frame/types.ts';
import { setFaultAct, smtpFaults } from './faults.ts';
import { readMail, type StoredMail } from './mailbox.ts';
import { reportActs } from './report-acts.ts';
import { openRelay } from './server.ts';
import { oneClickUnsubscribe } from './unsubscribe.ts';
import { mailboxView } from './view.ts';

/** A mail relay on loopback, and the mailboxes behind it. Recipients click on links by plain HTTP, by themselves. */
export const makeSmtpTwin: MakeTwin = (context) => {
  const mails: StoredMail[] = [];
  const faults = smtpFaults();

  async function deliver(raw: Buffer, to: string): Promise<void> {
    const mail = await readMail(raw, to, context.now());
    mails.push(mail);
    const { messageId, from, subject, text, html, headers, links, at } = mail;
    context.record({
      kind: 'mail',
      account: context.directory.accountOfEmail(to),
      to,
      id: randomUUID(),
      key: messageId,
      summary: subject,
      // Only mail that offers a way out is a prompt; notices about a trial or a new plan are service.
      data: { from, text, links, category: headers['list-unsubscribe'] === undefined ? 'service' : 'marketing' },
    });
    context.emit('mail.delivered', { to, from, subject, text, html, links, messageId, headers, at });
  }

  function received(messageId: Json | undefined): StoredMail {
    const mail = mails.find((one) => one.messageId === messageId);
    if (!mail) throw new Error(`no mail ${String(messageId)} was delivered`);
    return mail;
  }

  return {
    name: 'smtp',
    listen: (recordExchange, port) => openRelay(context, faults, deliver, { recordExchange, port }),
    // Mailboxes know nothing of the world.
    apply: () => {},
    acts: {
      set_fault: setFaultAct(faults),
      clear_faults: async () => {
        faults.clear();
        return null;
      },
      /** Input: messageId. */
      one_click_unsubscribe: ({ messageId }) => oneClickUnsubscribe(received(messageId), context),
      ...reportActs(received, context),
    },
    view: mailboxView(mails),
  };
};
