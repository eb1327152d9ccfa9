/** What the provider behind the relay tells the sender later, signed as Standard Webhooks: https://www.standardwebhooks.com */
import { createHmac, randomUUID } from 'node:crypto';
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type { StoredMail } from './mailbox.ts';

/** Where the webhook of this account points; `SMTP_WEBHOOK_PATH` overrides it. */
const PATH = '/webhooks/email';
/** Doubling from half a second; each attempt is signed with its own time. */
const RETRY = { attempts: 9, firstWaitMs: 500 };

export interface Report {
  contentType: string;
  body: string;
}
type Answer = { status: number; body: string } | null;

export async function deliverReport(context: TwinContext, { contentType, body }: Report): Promise<Answer> {
  const id = `msg_${randomUUID()}`;
  const key = Buffer.from((context.secrets.SMTP_WEBHOOK_SECRET ?? '').replace('whsec_', ''), 'base64');
  return await context.deliver({
    path: context.secrets.SMTP_WEBHOOK_PATH ?? PATH,
    method: 'POST',
    headers: { 'content-type': contentType, 'webhook-id': id },
    body,
    retry: RETRY,
    perAttempt: () => {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      return { headers: { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` } };
    },
  });
}

export function jsonReport(type: string, data: { [key: string]: Json }): Report {
  return {
    contentType: 'application/json',
    body: JSON.stringify({ type, timestamp: new Date().toISOString(), data }),
  };
}

/** A delivery status notification: https://www.rfc-editor.org/rfc/rfc3464 */
export function bounceMail(mail: StoredMail, bounce: 'hard' | 'soft'): Report {
  const status = bounce === 'hard' ? '5.1.1' : '4.2.2';
  return reportMail('delivery-status', 'message/delivery-status', mail, [
    'Reporting-MTA: dns; smtp.sandbox.example',
    '',
    `Final-Recipient: rfc822; ${mail.to}`,
    `Action: ${bounce === 'hard' ? 'failed' : 'delayed'}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${bounce === 'hard' ? '550 5.1.1 No such mailbox' : '452 4.2.2 Mailbox is full'}`,
  ]);
}

/** A feedback report: https://www.rfc-editor.org/rfc/rfc5965 */
export function complaintMail(mail: StoredMail): Report {
  return reportMail('feedback-report', 'message/feedback-report', mail, [
    'Feedback-Type: abuse',
    'User-Agent: SandboxFeedback/1.0',
    'Version: 1',
    `Original-Rcpt-To: <${mail.to}>`,
  ]);
}

function reportMail(type: string, partType: string, mail: StoredMail, fields: string[]): Report {
  const boundary = `=_${randomUUID()}`;
  const head = Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`);
  const part = (contentType: string, lines: string[]) => [
    `--${boundary}`,
    `Content-Type: ${contentType}`,
    '',
    ...lines,
    '',
  ];
  const lines = [
    'From: Mail Delivery System <MAILER-DAEMON@smtp.sandbox.example>',
    `To: ${mail.from}`,
    'Subject: About your message',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`,
    '',
    ...part('text/plain; charset=utf-8', ['This is about a message of yours.']),
    ...part(partType, fields),
    ...part('text/rfc822-headers', head),
    `--${boundary}--`,
    '',
  ];
  return { contentType: 'message/rfc822', body: lines.join('\r\n') };
}
