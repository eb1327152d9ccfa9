/** Facts of the world, as this company's people enter them. */
import type { WorldAccount, WorldRow } from '../../../sandbox/frame/types.ts';
import { closeCase, logContact, openCase, setConsent } from './desk.ts';
import type { Org } from './org.ts';

/** The ids by which the world speaks of what has another id here. */
export interface WorldIds {
  /** Salesforce's case id to the world's ticket, and back. */
  tickets: Map<string, string>;
  caseOf: Map<string, string>;
  /** The world's account manager to Salesforce's user id. */
  users: Map<string, string>;
}

export const emptyIds = (): WorldIds => ({ tickets: new Map(), caseOf: new Map(), users: new Map() });

const SEGMENTS: Record<WorldAccount['segment'], string> = {
  smb: 'SMB',
  mid_market: 'Mid-Market',
  enterprise: 'Enterprise',
};

export function worldRows(org: Org, ids: WorldIds, log: (line: string) => void): (row: WorldRow) => void {
  return (row) => {
    switch (row.type) {
      case 'account':
        return applyAccount(org, ids, row);
      case 'ticket': {
        const known = org.get('Case', ids.caseOf.get(row.id) ?? '');
        if (row.state === 'closed') return known ? closeCase(org, known) : undefined;
        const account = org.accountOf(row.account);
        if (!account || known) return log(`salesforce: case ${row.id} of ${row.account} cannot be opened`);
        const { Id } = openCase(org, account, row.severity, `${row.severity} problem (${row.id})`);
        ids.tickets.set(Id, row.id);
        ids.caseOf.set(row.id, Id);
        return;
      }
      case 'consent': {
        const contact = org.find('Contact', 'Product_User_Id__c', row.person);
        if (!contact) return log(`salesforce: there is no contact ${row.person}`);
        return setConsent(org, contact, row.category, row.state === 'opted_out');
      }
      case 'am_contact': {
        const account = org.accountOf(row.account);
        const ownerId = ids.users.get(row.by) ?? account?.OwnerId;
        if (!account || !ownerId) return log(`salesforce: nobody logs the ${row.channel} with ${row.account}`);
        const body = 'Caught up with the team.';
        logContact(org, { account, ownerId: String(ownerId), channel: row.channel, body, at: row.receivedAt });
        return;
      }
      default:
        return;
    }
  };
}

function applyAccount(org: Org, ids: WorldIds, row: WorldAccount): void {
  const owner = org.user(row.owner.email);
  ids.users.set(row.owner.id, owner.Id);
  const arr = row.arrCents / 100;
  const values = {
    Name: row.name,
    OwnerId: owner.Id,
    Type: 'Customer',
    NumberOfEmployees: row.employees,
    Headroom_Account_Id__c: row.account,
    Segment__c: SEGMENTS[row.segment],
    Time_Zone__c: row.timezone,
    ARR__c: arr,
    Renewal_Date__c: row.renewalDate,
  };
  const known = org.accountOf(row.account);
  if (known) org.update(known, values);
  const account = known ?? org.create('Account', values);

  const renewal = { CloseDate: row.renewalDate, Amount: arr };
  const open = org.withValue('Opportunity', 'AccountId', account.Id).find((one) => !one.IsClosed);
  const name = { Name: `${row.name}: renewal`, StageName: 'Prospecting', Type: 'Renewal', AccountId: account.Id };
  if (open) org.update(open, renewal);
  else org.create('Opportunity', { ...name, ...renewal });

  const contact = org.find('Contact', 'Product_User_Id__c', row.admin.id);
  for (const other of org.withValue('Contact', 'AccountId', account.Id)) {
    if (other !== contact && other.Product_Role__c) org.update(other, { Product_Role__c: null });
  }
  const person = { Email: row.admin.email, Product_User_Id__c: row.admin.id, Product_Role__c: row.admin.role };
  if (contact) org.update(contact, person);
  else org.create('Contact', { AccountId: account.Id, LastName: row.admin.email.split('@')[0] ?? 'Admin', ...person });
}
