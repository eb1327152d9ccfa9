import type { Json } from '../../../domain/model.ts';
import type { Twin, TwinContext } from '../../../sandbox/frame/types.ts';
import { definition, type FieldDefinition, objectNamed } from './definitions.ts';
import { type Channel, closeCase, logContact, openCase, type Severity, setConsent } from './desk.ts';
import { emitTask } from './effects.ts';
import type { DailyCalls } from './limits.ts';
import type { Org, SalesforceRecord } from './org.ts';
import type { Sessions } from './sessions.ts';
import { checkedValues } from './validate.ts';
import type { WorldIds } from './world.ts';

export interface ActsInput {
  org: Org;
  ids: WorldIds;
  context: TwinContext;
  calls: DailyCalls;
  sessions: () => Sessions | null;
  locks: Map<string, number>;
}

/** What people do here beyond the world's story. Each answers the id of what it made or changed. */
export function makeActs(input: ActsInput): Twin['acts'] {
  const { org, ids, context } = input;
  const accountOf = (account: Json | undefined): SalesforceRecord => {
    const found = org.accountOf(String(account));
    if (!found) throw new Error(`there is no account ${String(account)}`);
    return found;
  };
  const note = (act: string, account: string | null, id: string, summary: string, to: string | null = null) =>
    context.record({ kind: 'act', act, account, id, summary, to });

  function log(account: string, by: Json | undefined, channel: Channel, body: string): Json {
    const about = accountOf(account);
    // People name each other by the world's ids; without one it is the owner's own contact.
    const named = typeof by === 'string' ? (ids.users.get(by) ?? by) : '';
    const ownerId = org.get('User', named)?.Id ?? String(about.OwnerId ?? '');
    const { Id } = logContact(org, { account: about, ownerId, channel, body, at: context.now() });
    note(`logged_${channel}`, account, Id, `${channel} with ${account} logged`);
    return { id: Id };
  }

  return {
    ...administration(input),
    /** Input: account, ownerId, body. */
    log_call: async ({ account, ownerId, body }) => log(String(account), ownerId, 'call', String(body ?? '')),
    /** Input: account, by, channel (call, email, meeting). */
    log_contact: async ({ account, by, channel }) => {
      if (channel !== 'call' && channel !== 'email' && channel !== 'meeting')
        throw new Error(`no channel ${String(channel)}`);
      return log(String(account), by, channel, 'Caught up with the team.');
    },
    /** Input: taskId. */
    complete_task: async ({ taskId }) => {
      const task = org.get('Task', String(taskId));
      if (!task) throw new Error(`there is no task ${String(taskId)}`);
      org.update(task, { Status: 'Completed' });
      note('task_completed', org.ourAccount(task), task.Id, `"${task.Subject}" ticked off`);
      emitTask(org, context, task);
      return { id: task.Id };
    },
    /** Input: account, severity (low, normal, severe; default severe). */
    open_ticket: async ({ account, severity = 'severe' }) => {
      if (severity !== 'low' && severity !== 'normal' && severity !== 'severe')
        throw new Error(`no severity ${String(severity)}`);
      const asked: Severity = severity;
      const { Id } = openCase(org, accountOf(account), asked, `${asked} problem`);
      note('ticket_opened', String(account), Id, `${asked} case of ${String(account)} opened`);
      return { id: Id };
    },
    /** Input: id, Salesforce's or the world's. */
    close_ticket: async ({ id }) => {
      const found = org.get('Case', ids.caseOf.get(String(id)) ?? String(id));
      if (!found) throw new Error(`there is no case ${String(id)}`);
      closeCase(org, found);
      note('ticket_closed', org.ourAccount(found), found.Id, `case ${String(id)} closed`);
      return { id: found.Id };
    },
    /** Input: email, category (marketing, product; default marketing). */
    opt_out: async ({ email, category = 'marketing' }) => {
      const contact = org.find('Contact', 'Email', String(email));
      if (!contact) throw new Error(`there is no contact ${String(email)}`);
      if (category !== 'marketing' && category !== 'product') throw new Error(`no category ${String(category)}`);
      setConsent(org, contact, category, true);
      const summary = `${String(email)} opted out of ${category}`;
      note('opted_out', org.ourAccount(contact), contact.Id, summary, String(email));
      return { id: contact.Id };
    },
  };
}

/** What the org's administrator does, and what merely happens there. */
function administration({ org, calls, sessions, locks }: ActsInput): Twin['acts'] {
  return {
    /** Every session is over, without notice. */
    end_sessions: async () => {
      sessions()?.endAll();
      return null;
    },
    /** Input: limit. */
    set_daily_limit: async ({ limit }) => {
      calls.limit = Number(limit);
      return null;
    },
    /** The next writes to an account find it locked. Input: account, times (default 1). */
    lock_account: async ({ account, times = 1 }) => {
      const id = org.accountOf(String(account))?.Id ?? '';
      locks.set(id, Number(times));
      return { id };
    },
    /** Input: email. */
    deactivate_user: async ({ email }) => {
      const user = org.find('User', 'Email', String(email));
      if (!user) throw new Error(`there is no user ${String(email)}`);
      org.update(user, { IsActive: false });
      return { id: user.Id };
    },
    /** Takes a field away, as removing it or its visibility does. Input: object, name. */
    remove_field: async ({ object, name }) => {
      org.removeField(known(object), String(name));
      return null;
    },
    /** Somebody enters a record by hand. Input: object, values. */
    create_record: async ({ object, values }) => {
      const { Id } = org.create(known(object), checkedValues(org, known(object), values, null));
      return { id: Id };
    },
    /** Somebody throws a record away. Input: object, id. */
    delete_record: async ({ object, id }) => {
      const record = org.get(known(object), String(id));
      if (!record) throw new Error(`there is no ${String(object)} ${String(id)}`);
      org.remove(record);
      return { id: record.Id };
    },
    /** Input: object, name, type, and any of externalId, unique, length. */
    create_field: async ({ object, name, type = 'string', ...more }) => {
      // As below.
      const field = definition([String(name), type as FieldDefinition['type'], more as Partial<FieldDefinition>]);
      org.setField(known(object), field);
      return null;
    },
    /** Changes what a field is. Input: object, name, and any of externalId, unique, type, length, updateable. */
    change_field: async ({ object, name, ...changes }) => {
      const field = org.field(known(object), String(name));
      if (!field) throw new Error(`there is no field ${String(name)}`);
      // Acts are JSON of a test's or a person's own writing; a wrong type shows in what the org answers.
      org.setField(known(object), { ...field, ...(changes as Partial<FieldDefinition>) });
      return null;
    },
  };
}

function known(object: Json | undefined) {
  const found = objectNamed(String(object));
  if (found === null) throw new Error(`there is no object ${String(object)}`);
  return found;
}
