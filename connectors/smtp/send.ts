import { z } from 'zod';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import type { MessageChannel } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { buildMail } from './mime.ts';
import { type Relay, submit } from './submit.ts';

const builtMail = z.object({ from: z.string(), to: z.string(), messageId: z.string(), raw: z.string() });

/**
 * SMTP knows no idempotency key and no look-up: what happened to a message whose 250 was lost stays unclear.
 * The result carries the Message-ID under which the recipient got it.
 */
export function sendMail(
  relay: Relay,
  names: { domain: string; tenant: string },
  clock: BusinessClock,
): MessageChannel['send'] {
  return {
    name: 'send_email',
    idempotency: 'none',
    settleMs: 10_000,
    // Relays queue and answer within moments; whoever scans for longer than this leaves the outcome open.
    timeoutMs: 25_000,
    prepare: (input) => ({ ...buildMail(input, { ...names, date: new Date(businessNow(clock, Date.now())) }) }),
    explain: (stored) => {
      const { to, messageId, raw } = builtMail.parse(stored);
      return {
        to,
        what: /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/m.exec(raw)?.[1]?.replace(/\r\n[ \t]+/g, ' ') ?? 'a mail',
        where: "the relay's log of sent mail, or the recipient",
        lookFor: `Message-ID ${messageId}`,
      };
    },
    send: async (stored, call) => {
      const mail = builtMail.safeParse(stored);
      if (!mail.success) {
        throw new InvalidInputError('the stored payload is not a mail', { connector: 'smtp', operation: 'send' });
      }
      const given = await submit(relay, mail.data, call);
      return { messageId: given ?? mail.data.messageId };
    },
  };
}
