/** Mails that tell of other mails: delivery reports, feedback reports, answers. */
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import type { MailReport } from '../kit/capabilities.ts';

/** Longest chain of ids that an answer is looked up by; the newest stand last in References. */
const MOST_IDS = 20;

/** Fields of a report part or of a mail's head, names in lower case; of repeated ones the first. */
type Fields = Record<string, string>;

/** `<left@right>`, whichever way it was written. */
export function normaliseMessageId(id: string): string {
  return `<${id.trim().replace(/^<|>$/g, '')}>`;
}

/** What a mail reports; nothing for one that is no report and answers nobody. */
export async function reportsInMail(raw: Buffer): Promise<MailReport[]> {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const status = partOf(mail, 'message/delivery-status');
  if (status) return deliveryReports(blocksOf(textOf(status)), original(mail));
  const feedback = partOf(mail, 'message/feedback-report');
  if (feedback) return feedbackReports(blocksOf(textOf(feedback))[0] ?? {}, original(mail));
  return answer(mail);
}

/** RFC 3464: a block on the message, then one on each recipient. */
function deliveryReports(blocks: Fields[], about: Fields): MailReport[] {
  return blocks.slice(1).flatMap((fields): MailReport[] => {
    const action = fields.action?.toLowerCase();
    if (action !== 'failed' && action !== 'delayed') return [];
    return [
      {
        kind: 'bounced',
        counts: action === 'failed' && isAddressDead(fields.status ?? ''),
        messageIds: idsIn(about['message-id']),
        // The recipient as we wrote it, where a forwarder on the way says so.
        address: addressIn(fields['original-recipient'] ?? fields['final-recipient']),
        reason: [fields.status, fields['diagnostic-code']].filter(Boolean).join(' ') || null,
      },
    ];
  });
}

/**
 * RFC 3463 §3.2: X.1 is about the address, X.2.1 a mailbox that is closed. A full mailbox, a refusal for policy or spam,
 * and a server that was away for days say nothing about the address.
 */
function isAddressDead(status: string): boolean {
  return /^5\.(1\.\d+|2\.1)\b/.test(status.trim());
}

/** RFC 5965; RFC 6430 adds that a mail was wrongly taken for spam. */
const COMPLAINTS = ['abuse', 'fraud', 'opt-out'];

function feedbackReports(fields: Fields, about: Fields): MailReport[] {
  const type = fields['feedback-type']?.toLowerCase() ?? '';
  if (!COMPLAINTS.includes(type)) return [];
  const address = addressIn(fields['original-rcpt-to'] ?? about.to);
  return [{ kind: 'complained', counts: true, messageIds: idsIn(about['message-id']), address, reason: type }];
}

function answer(mail: Email): MailReport[] {
  const head = fieldsOf(mail.headers.map(({ key, value }) => [key, value]));
  const messageIds = [...idsIn(head['in-reply-to']), ...idsIn(head.references).slice(-MOST_IDS)];
  if (messageIds.length === 0) return [];
  // RFC 3834: out of office, and the like. Older programs say it in Precedence.
  const isAutomatic =
    (head['auto-submitted'] ?? 'no').toLowerCase() !== 'no' ||
    /^(auto_reply|bulk|junk|list)$/i.test(head.precedence?.trim() ?? '');
  const address = mail.from && 'address' in mail.from ? (mail.from.address ?? null) : null;
  return [{ kind: 'replied', counts: !isAutomatic, messageIds: [...new Set(messageIds)], address, reason: null }];
}

/** The head of the mail that the report is about, whole or only its head. */
function original(mail: Email): Fields {
  const part = partOf(mail, 'message/rfc822') ?? partOf(mail, 'text/rfc822-headers');
  return part ? (blocksOf(textOf(part))[0] ?? {}) : {};
}

function partOf(mail: Email, type: string): Attachment | undefined {
  return mail.attachments.find(({ mimeType }) => mimeType.toLowerCase() === type);
}

function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8');
}

/** Blocks of header fields, unfolded, with empty lines between them. */
function blocksOf(text: string): Fields[] {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map((block) =>
      fieldsOf(
        block.split('\n').map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1)];
        }),
      ),
    );
}

function fieldsOf(pairs: (readonly [string, string] | string[])[]): Fields {
  const fields: Fields = {};
  for (const [name = '', value = ''] of pairs) fields[name.trim().toLowerCase()] ??= value.trim();
  return fields;
}

function idsIn(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/<[^<>\s]+@[^<>\s]+>/g)].map(([id]) => id);
}

/** `rfc822; ana@acme.example`, or with angle brackets, or alone. */
function addressIn(text: string | undefined): string | null {
  return /[^\s<>;,]+@[^\s<>;,]+/.exec(text ?? '')?.[0] ?? null;
}
