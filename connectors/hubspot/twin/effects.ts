/** What the hub's writes show to people: entries of the ledger, and word to whoever works with tasks. */
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type { CrmRecord, Portal } from './portal.ts';

/** Bodies are HTML; the reference stands in their text. */
export function plainText(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/p>|<\/div>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

export const referenceIn = (body: string): string | null => /\bRef:\s*(\S+)/.exec(plainText(body))?.[1] ?? null;

export function recordWrites(portal: Portal, context: TwinContext) {
  function task(record: CrmRecord, how: 'created' | 'updated'): void {
    const { hs_task_subject: subject = '', hs_task_body: body = '', hs_task_status: status = '' } = record.properties;
    const owner = portal.owners.find(({ id }) => id === record.properties.hubspot_owner_id);
    context.record({
      kind: how === 'created' ? 'task_created' : 'task_updated',
      account: portal.accountOf(record),
      to: owner?.email ?? null,
      id: record.id,
      key: referenceIn(body),
      summary: how === 'created' ? subject : `${subject} (${status})`,
      data: { status, dueAt: record.properties.hs_timestamp ?? null, body: plainText(body) },
    });
    emitTask(portal, context, record);
  }
  return (record: CrmRecord, how: 'created' | 'updated', properties: Record<string, string>): void => {
    if (record.type === 'tasks') task(record, how);
    if (record.type !== 'companies' || how !== 'updated') return;
    const summary = Object.entries(properties)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
    context.record({
      kind: 'account_tagged',
      account: portal.accountOf(record),
      id: record.id,
      key: null,
      summary,
      data: properties,
    });
  };
}

export function emitTask(portal: Portal, context: TwinContext, task: CrmRecord): void {
  const { hs_task_subject, hs_task_body, hs_task_status, hubspot_owner_id } = task.properties;
  context.emit('crm.task', {
    id: task.id,
    companyId: portal.linked(task.id, 'companies')[0]?.id ?? '',
    account: portal.accountOf(task),
    ownerId: hubspot_owner_id ?? null,
    subject: hs_task_subject ?? '',
    body: hs_task_body ?? '',
    status: hs_task_status ?? '',
    at: context.now(),
  });
}
