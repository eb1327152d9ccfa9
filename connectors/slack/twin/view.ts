import type { FastifyInstance } from 'fastify';
import { buttonsOf, readableText } from './block-text.ts';
import type { Workspace } from './workspace.ts';

/** All channels on one page, newest message first. */
export function channelsView(workspace: Workspace): (server: FastifyInstance) => void {
  return (server) => {
    server.get('/_view', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page(workspace)));
  };
}

function page(workspace: Workspace): string {
  const ids = [...new Set(workspace.messages.map(({ channel }) => channel))];
  const sections = ids.map((id) => {
    const messages = workspace.messages.filter(({ channel }) => channel === id).reverse();
    const label = workspace.channel(id, false)?.label ?? id;
    return `<h2>${escapeHtml(label)}</h2>${messages.map(article).join('')}`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Slack (sandbox)</title><style>
body{font:15px/1.45 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d}
article{border-left:4px solid #ddd;padding:.2rem 1rem;margin:1rem 0}pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}
time{color:#616061;font-size:.85em}b{border:1px solid #aaa;border-radius:4px;padding:.1rem .6rem;margin-right:.5rem}
</style><h1>Channels</h1>${sections.join('') || '<p>No messages yet.</p>'}`;
}

function article(message: Workspace['messages'][number]): string {
  const buttons = buttonsOf(message.blocks).map(({ text }) => `<b>${escapeHtml(text)}</b>`);
  const updated = message.updates > 0 ? ` · updated ${message.updates}×` : '';
  const sent = new Date(Number(message.ts) * 1000).toISOString();
  const text = readableText(message.blocks) || message.text;
  return `<article><time>${sent}${updated}</time><pre>${escapeHtml(text)}</pre>${buttons.join('')}</article>`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
