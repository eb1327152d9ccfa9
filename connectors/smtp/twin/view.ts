import type { FastifyInstance } from 'fastify';
import type { StoredMail } from './mailbox.ts';

/** The mailboxes as pages: a list, and each mail with both its parts. */
export function mailboxView(mails: StoredMail[]): (server: FastifyInstance) => void {
  return (server) => {
    server.get<{ Querystring: { mail?: string } }>('/_view', async ({ query }, reply) => {
      reply.type('text/html; charset=utf-8');
      if (query.mail === undefined) return list(mails);
      const mail = mails[Number(query.mail)];
      return mail ? one(mail) : reply.code(404).send(page('Not found', '<p>There is no such mail.</p>'));
    });
  };
}

function list(mails: StoredMail[]): string {
  const rows = mails
    .map(
      (mail, index) =>
        `<tr><td>${day(mail.at)}<td>${escapeHtml(mail.to)}<td><a href="?mail=${index}">${escapeHtml(mail.subject)}</a></tr>`,
    )
    .reverse();
  const table = `<table><tr><th>When<th>To<th>Subject</tr>${rows.join('')}</table>`;
  return page('Mailboxes', rows.length > 0 ? table : '<p>No mail yet.</p>');
}

/** The HTML part runs no script and reaches nothing: it came from outside. */
function one(mail: StoredMail): string {
  const frame = `<iframe sandbox="allow-popups" referrerpolicy="no-referrer" srcdoc="${escapeHtml(mail.html)}"></iframe>`;
  return page(
    mail.subject,
    `<p><a href="?">All mail</a></p><p>${day(mail.at)} · from ${escapeHtml(mail.from)} · to ${escapeHtml(mail.to)}</p>
<h2>HTML part</h2>${frame}<h2>Text part</h2><pre>${escapeHtml(mail.text)}</pre>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>
body{font:15px/1.45 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
td,th{text-align:left;padding:.25rem 1rem .25rem 0}iframe{width:100%;height:36rem;border:1px solid #ccc}
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}
</style><h1>${escapeHtml(title)}</h1>${body}`;
}

function day(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
