/** What the hub's writes show to people: entries of the ledger, and word to whoever works with tasks. */
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type { Org, SalesforceRecord, Values } from './org.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The hub's key, where the org has a field for it, else as it stands in the comments. */
const keyOf = ({ Headroom_Key__c: key, Description: body }: SalesforceRecord): string | null =>
  text(key) || (/\bRef:\s*(\S+)/.exec(text(body))?.[1] ?? null);

export function recordWrites(org: Org, context: TwinContext) {
  function task(record: SalesforceRecord, how: 'created' | 'updated'): void {
    const { Subject, Status, Description, ActivityDate } = record;
    context.record({
      kind: how === 'created' ? 'task_created' : 'task_updated',
      account: org.ourAccount(record),
      to: org.emailOf(record.OwnerId),
      id: record.Id,
      key: keyOf(record),
      summary: how === 'created' ? text(Subject) : `${text(Subject)} (${text(Status)})`,
      data: { status: Status ?? null, dueAt: ActivityDate ?? null, body: text(Description) },
    });
    emitTask(org, context, record);
  }
  return (record: SalesforceRecord, how: 'created' | 'updated', values: Values): void => {
    if (record.object === 'Task') task(record, how);
    if (record.object !== 'Account' || how !== 'updated') return;
    const summary = Object.entries(values)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
    const account = org.ourAccount(record);
    context.record({ kind: 'account_tagged', account, id: record.Id, key: null, summary, data: values });
  };
}

export function emitTask(org: Org, context: TwinContext, task: SalesforceRecord): void {
  context.emit('crm.task', {
    id: task.Id,
    companyId: text(task.AccountId),
    account: org.ourAccount(task),
    ownerId: text(task.OwnerId) || null,
    subject: text(task.Subject),
    body: text(task.Description),
    status: text(task.Status),
    at: context.now(),
  });
}
