import PostalMime from 'postal-mime';

export interface StoredMail {
  messageId: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** Names in lower case; of repeated headers the last. */
  headers: Record<string, string>;
  /** Web addresses a reader could open, in order. */
  links: string[];
  at: string;
}

/** What the recipient's mail program would make of the message. */
export async function readMail(raw: Buffer, to: string, at: string): Promise<StoredMail> {
  const mail = await PostalMime.parse(raw);
  const html = mail.html ?? '';
  const text = mail.text ?? '';
  return {
    messageId: mail.messageId ?? '',
    to,
    from: mail.from && 'address' in mail.from ? (mail.from.address ?? '') : '',
    subject: mail.subject ?? '',
    text,
    html,
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    links: [...new Set([...hrefs(html), ...bareLinks(text)])],
    at,
  };
}

/** The header lines of a message as they stand, names in lower case, folded lines joined (RFC 5322 §2.2.3). */
export function headersOf(raw: string): Record<string, string> {
  const head = (raw.split(/\r?\n\r?\n/, 1)[0] ?? '').replace(/\r?\n[ \t]+/g, ' ');
  const lines = head.split(/\r?\n/).map((line) => /^([!-9;-~]+):[ \t]*(.*)$/.exec(line));
  return Object.fromEntries(lines.flatMap((line) => (line ? [[line[1]?.toLowerCase() ?? '', line[2] ?? '']] : [])));
}

/** The address of one-click unsubscribe, where the mail offers it. https://www.rfc-editor.org/rfc/rfc8058 */
export function oneClickUrl({ headers }: StoredMail): string | null {
  if (headers['list-unsubscribe-post']?.trim() !== 'List-Unsubscribe=One-Click') return null;
  return /<(https?:[^>]+)>/.exec(headers['list-unsubscribe'] ?? '')?.[1] ?? null;
}

function hrefs(html: string): string[] {
  return [...html.matchAll(/href\s*=\s*["'](https?:[^"']+)["']/gi)].map(([, url]) =>
    (url ?? '').replace(/&amp;/g, '&'),
  );
}

function bareLinks(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => url.replace(/[.,;:!?]+$/, ''));
}
