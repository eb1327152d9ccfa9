import { createHash } from 'node:crypto';
import addressparser from 'nodemailer/lib/addressparser';
import MimeNode from 'nodemailer/lib/mime-node';
import { encode, wrap } from 'nodemailer/lib/qp';
import type { MessageInput } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';

export interface BuiltMail {
  from: string;
  to: string;
  /** With angle brackets, as on the wire. */
  messageId: string;
  /** The whole message as it is sent: ASCII, CRLF lines of at most 998 characters. */
  raw: string;
}

/** One plain address: no list, no comment, nothing that could end a header or an SMTP command. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()[\]\\\p{Cc}]+$/u;
const CONTROL = /\p{Cc}+/gu;

/**
 * multipart/alternative, built at once and byte for byte the same for the same input and date: Message-ID and boundary
 * come from the effect's idempotency key, so that a report which names the Message-ID leads back to the effect. Marketing
 * mail carries one-click unsubscribe (RFC 8058) and is refused without a link.
 */
export function buildMail(input: MessageInput, options: { domain: string; tenant: string; date: Date }): BuiltMail {
  const key = createHash('sha256')
    .update(options.tenant + input.effectKey)
    .digest('base64url');
  const messageId = `<${key}@${options.domain}>`;
  const from = sender(input.from);
  const to = checkedAddress(input.to.email, 'to');

  const root = new MimeNode('multipart/alternative', { baseBoundary: key, boundaryPrefix: '=_hr' });
  root.setHeader('From', { name: clean(from.name), address: from.address });
  root.setHeader('To', { name: clean(input.to.name ?? ''), address: to });
  root.setHeader('Subject', clean(input.subject));
  root.setHeader('Message-ID', messageId);
  root.setHeader('Date', options.date);
  root.setHeader('X-Headroom-Effect', key);
  for (const [name, value] of unsubscribeHeaders(input)) root.setHeader(name, value);

  // buildHeaders settles the boundary.
  const head = root.buildHeaders();
  const boundary = String(root.boundary);
  const parts = [part('text/plain', input.text), part('text/html', input.html)];
  const body = parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('');
  return { from: from.address, to, messageId, raw: `${head}\r\n\r\n${body}--${boundary}--\r\n` };
}

function part(type: string, content: string): string {
  const lines = content.replace(/\r\n?|\n/g, '\r\n');
  const head = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable`;
  return `${head}\r\n\r\n${wrap(encode(lines))}`;
}

/** https://www.rfc-editor.org/rfc/rfc8058: the relay's DKIM signature must cover both headers. */
function unsubscribeHeaders({ category, unsubscribeUrl }: MessageInput): [string, string][] {
  if (unsubscribeUrl === null) {
    if (category === 'marketing') throw invalid('marketing mail needs an unsubscribe link');
    return [];
  }
  const url = URL.canParse(unsubscribeUrl) ? new URL(unsubscribeUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw invalid('the unsubscribe link is not a web address');
  return [
    ['List-Unsubscribe', `<${url.href}>`],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ];
}

function sender(from: string): { name: string; address: string } {
  const first = addressparser(from, { flatten: true })[0];
  return { name: first?.name ?? '', address: checkedAddress(first?.address ?? '', 'from') };
}

function checkedAddress(address: string, field: string): string {
  if (ADDRESS.test(address)) return address;
  throw invalid(`"${field}" is not a mail address`);
}

function clean(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

function invalid(problem: string): InvalidInputError {
  return new InvalidInputError(problem, { connector: 'smtp', operation: 'send' });
}
