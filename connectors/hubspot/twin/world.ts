/** Facts of the world, as this account's people enter them. */
import type { WorldAccount, WorldRow } from '../../../sandbox/frame/types.ts';
import { closeTicket, logContact, openTicket, setConsent } from './desk.ts';
import type { Portal } from './portal.ts';

/** The ids by which the world speaks of what has another id here. */
export interface WorldIds {
  /** HubSpot's ticket id to the world's, and back. */
  tickets: Map<string, string>;
  ticketOf: Map<string, string>;
  /** The world's account manager to HubSpot's owner id. */
  owners: Map<string, string>;
}

export const emptyIds = (): WorldIds => ({ tickets: new Map(), ticketOf: new Map(), owners: new Map() });

export function worldRows(portal: Portal, ids: WorldIds, log: (line: string) => void): (row: WorldRow) => void {
  return (row) => {
    const at = row.receivedAt;
    switch (row.type) {
      case 'account':
        return applyAccount(portal, ids, row);
      case 'ticket': {
        const ticket = portal.of('tickets').get(ids.ticketOf.get(row.id) ?? '');
        if (row.state === 'closed') return ticket && closeTicket(portal, ticket, at);
        const company = portal.companyOf(row.account);
        if (!company || ticket) return log(`hubspot: ticket ${row.id} of ${row.account} cannot be opened`);
        const opened = openTicket(portal, company, row.severity, `${row.severity} problem (${row.id})`, at);
        ids.tickets.set(opened.id, row.id);
        ids.ticketOf.set(row.id, opened.id);
        return;
      }
      case 'consent': {
        const contact = portal.find('contacts', 'headroom_user_id', row.person);
        if (!contact) return log(`hubspot: there is no contact ${row.person}`);
        return setConsent(portal, contact, row.category, row.state === 'opted_out', at);
      }
      case 'am_contact': {
        const company = portal.companyOf(row.account);
        const ownerId = ids.owners.get(row.by) ?? company?.properties.hubspot_owner_id;
        if (!company || ownerId === undefined)
          return log(`hubspot: nobody logs the ${row.channel} with ${row.account}`);
        logContact(portal, { company, ownerId, channel: row.channel, body: 'Caught up with the team.', at });
        return;
      }
      default:
        return;
    }
  };
}

function applyAccount(portal: Portal, ids: WorldIds, row: WorldAccount): void {
  const at = row.receivedAt;
  const owner = portal.owner(row.owner.email, at);
  ids.owners.set(row.owner.id, owner.id);
  const properties = {
    name: row.name,
    hubspot_owner_id: owner.id,
    timezone: row.timezone,
    numberofemployees: String(row.employees),
    headroom_account_id: row.account,
    headroom_segment: row.segment,
    headroom_arr: (row.arrCents / 100).toFixed(2),
    headroom_renewal_date: row.renewalDate,
  };
  const known = portal.companyOf(row.account);
  if (known) portal.update(known, properties, at);
  const company = known ?? portal.create('companies', properties, at);

  const contact = portal.find('contacts', 'headroom_user_id', row.admin.id);
  for (const other of portal.linked(company.id, 'contacts')) {
    if (other !== contact && other.properties.headroom_role) portal.update(other, { headroom_role: '' }, at);
  }
  const person = { email: row.admin.email, headroom_user_id: row.admin.id, headroom_role: row.admin.role };
  if (contact) portal.update(contact, person, at);
  else portal.link(portal.create('contacts', person, at), company);
}
