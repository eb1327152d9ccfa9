import type { Json } from '../../../domain/model.ts';
import type { Twin, TwinContext } from '../../../sandbox/frame/types.ts';
import { type Channel, closeTicket, logContact, openTicket, type Severity, setConsent } from './desk.ts';
import { emitTask } from './effects.ts';
import type { CrmRecord, Portal } from './portal.ts';
import type { WorldIds } from './world.ts';

/** What people do here beyond the world's story. Each answers the id of what it made or changed. */
export function makeActs(portal: Portal, ids: WorldIds, context: TwinContext): Twin['acts'] {
  const companyOf = (account: Json | undefined): CrmRecord => {
    const company = portal.companyOf(String(account));
    if (!company) throw new Error(`there is no company of account ${String(account)}`);
    return company;
  };
  const note = (act: string, account: string | null, id: string, summary: string, to: string | null = null) =>
    context.record({ kind: 'act', act, account, id, summary, to });

  function log(account: string, by: Json | undefined, channel: Channel, body: string): Json {
    const company = companyOf(account);
    // People name each other by the world's ids; without one it is the owner's own contact.
    const named = typeof by === 'string' ? (ids.owners.get(by) ?? by) : undefined;
    const ownerId = portal.owners.find(({ id }) => id === named)?.id ?? company.properties.hubspot_owner_id ?? '';
    const { id } = logContact(portal, { company, ownerId, channel, body, at: context.now() });
    note(`logged_${channel}`, account, id, `${channel} with ${account} logged`);
    return { id };
  }

  return {
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
      const task = portal.of('tasks').get(String(taskId));
      if (!task) throw new Error(`there is no task ${String(taskId)}`);
      portal.update(task, { hs_task_status: 'COMPLETED' }, context.now());
      note('task_completed', portal.accountOf(task), task.id, `"${task.properties.hs_task_subject}" ticked off`);
      emitTask(portal, context, task);
      return { id: task.id };
    },
    /** Input: account, severity (low, normal, severe; default severe). */
    open_ticket: async ({ account, severity = 'severe' }) => {
      if (severity !== 'low' && severity !== 'normal' && severity !== 'severe')
        throw new Error(`no severity ${String(severity)}`);
      const asked: Severity = severity;
      const { id } = openTicket(portal, companyOf(account), asked, `${asked} problem`, context.now());
      note('ticket_opened', String(account), id, `${asked} ticket of ${String(account)} opened`);
      return { id };
    },
    /** Input: id, HubSpot's or the world's. */
    close_ticket: async ({ id }) => {
      const ticket = portal.of('tickets').get(ids.ticketOf.get(String(id)) ?? String(id));
      if (!ticket) throw new Error(`there is no ticket ${String(id)}`);
      closeTicket(portal, ticket, context.now());
      note('ticket_closed', portal.accountOf(ticket), ticket.id, `ticket ${String(id)} closed`);
      return { id: ticket.id };
    },
    /** Input: email, category (marketing, product; default marketing). */
    opt_out: async ({ email, category = 'marketing' }) => {
      const contact = portal.find('contacts', 'email', String(email));
      if (!contact) throw new Error(`there is no contact ${String(email)}`);
      if (category !== 'marketing' && category !== 'product') throw new Error(`no category ${String(category)}`);
      setConsent(portal, contact, category, true, context.now());
      note(
        'opted_out',
        portal.accountOf(contact),
        contact.id,
        `${String(email)} opted out of ${category}`,
        String(email),
      );
      return { id: contact.id };
    },
  };
}
