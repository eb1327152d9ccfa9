import type { FastifyInstance } from 'fastify';
import type { Org, SalesforceRecord } from './org.ts';

const SHOWN_FIELDS = /^Headroom_(?!Account_Id)/;

/** The accounts that have tasks of the hub or tags, each with them, on one page. */
export function tasksView(org: Org): (server: FastifyInstance) => void {
  return (server) => {
    server.get('/_view', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page(org)));
  };
}

function page(org: Org): string {
  const sections = [...org.of('Account').values()].map((account) => section(org, account)).join('');
  return `<!doctype html><meta charset="utf-8"><title>Salesforce (sandbox)</title><style>
body{font:15px/1.45 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#181818}
article{border-left:4px solid #0176d3;padding:.2rem 1rem;margin:1rem 0}article.done{border-color:#ccc;color:#706e6b}
pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}dl{font-size:.85em;color:#444}dt{float:left;clear:left;width:17rem}
</style><h1>Accounts</h1>${sections || '<p>No tasks yet.</p>'}`;
}

function section(org: Org, account: SalesforceRecord): string {
  const tasks = org.withValue('Task', 'AccountId', account.Id).filter(isToDo).reverse();
  const tags = Object.entries(account).filter(([name, value]) => SHOWN_FIELDS.test(name) && value !== null);
  if (tasks.length === 0 && tags.length === 0) return '';
  const list = tags.map(([name, value]) => `<dt>${escapeHtml(name)}<dd>${escapeHtml(value)}`).join('');
  const heading = `${escapeHtml(account.Name)} <small>${escapeHtml(account.Headroom_Account_Id__c)}</small>`;
  return `<h2>${heading}</h2><dl>${list}</dl>${tasks.map((task) => article(org, task)).join('')}`;
}

const isToDo = ({ TaskSubtype, IsDeleted }: SalesforceRecord) => TaskSubtype === 'Task' && !IsDeleted;

function article(org: Org, task: SalesforceRecord): string {
  const { Subject, Description, ActivityDate, Status, OwnerId, IsClosed } = task;
  return `<article${IsClosed ? ' class="done"' : ''}><b>${escapeHtml(Subject)}</b>
<pre>${escapeHtml(Description)}</pre><small>${escapeHtml(org.emailOf(OwnerId))} · due ${escapeHtml(ActivityDate)} · ${escapeHtml(Status)}</small></article>`;
}

function escapeHtml(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
