import type { FastifyInstance } from 'fastify';
import { plainText } from './effects.ts';
import type { CrmRecord, Portal } from './portal.ts';

const SHOWN_PROPERTIES = /^headroom_(?!account_id|segment|arr|renewal_date)/;

/** The companies that have tasks or tags, each with them, on one page. */
export function tasksView(portal: Portal): (server: FastifyInstance) => void {
  return (server) => {
    server.get('/_view', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page(portal)));
  };
}

function page(portal: Portal): string {
  const sections = [...portal.of('companies').values()].map((company) => section(portal, company)).join('');
  return `<!doctype html><meta charset="utf-8"><title>HubSpot (sandbox)</title><style>
body{font:15px/1.45 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#33475b}
article{border-left:4px solid #ff7a59;padding:.2rem 1rem;margin:1rem 0}article.done{border-color:#ccc;color:#7c98b6}
pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}dl{font-size:.85em;color:#516f90}dt{float:left;clear:left;width:15rem}
</style><h1>Companies</h1>${sections || '<p>No tasks yet.</p>'}`;
}

function section(portal: Portal, company: CrmRecord): string {
  const tasks = portal.linked(company.id, 'tasks').reverse();
  const tags = Object.entries(company.properties).filter(([name]) => SHOWN_PROPERTIES.test(name));
  if (tasks.length === 0 && tags.length === 0) return '';
  const list = tags.map(([name, value]) => `<dt>${escapeHtml(name)}<dd>${escapeHtml(value)}`).join('');
  const { name = '', headroom_account_id: account = '' } = company.properties;
  return `<h2>${escapeHtml(name)} <small>${escapeHtml(account)}</small></h2><dl>${list}</dl>${tasks.map((task) => article(portal, task)).join('')}`;
}

function article(portal: Portal, { properties }: CrmRecord): string {
  const owner = portal.owners.find(({ id }) => id === properties.hubspot_owner_id)?.email ?? 'nobody';
  const done = properties.hs_task_status === 'COMPLETED';
  const due = (properties.hs_timestamp ?? '').slice(0, 16).replace('T', ' ');
  return `<article${done ? ' class="done"' : ''}><b>${escapeHtml(properties.hs_task_subject ?? '')}</b>
<pre>${escapeHtml(plainText(properties.hs_task_body ?? ''))}</pre><small>${escapeHtml(owner)} · due ${escapeHtml(due)} · ${escapeHtml(properties.hs_task_status ?? '')}</small></article>`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
