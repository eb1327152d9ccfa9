/** Set-up shared by this folder's tests: the connector connected to some address. */
import type { Capabilities, Crm, CrmAccount, TaskInput } from '../../kit/capabilities.ts';
import type { TokenKeeper } from '../../kit/connector.ts';
import { type FakeDependencies, fakeDependencies } from '../../kit/testing/dependencies.ts';
import { salesforce } from '../index.ts';

export const SECRETS = { SALESFORCE_CLIENT_ID: '3MVG9test', SALESFORCE_CLIENT_SECRET: '0123456789abcdef0123' };
export const NOW = '2026-03-20T10:00:00.000Z';
/** Fields as the org of the simulator names them. */
export const FIELDS = {
  segment_field: 'Segment__c',
  timezone_field: 'Time_Zone__c',
  arr_field: 'ARR__c',
  renewal_field: 'Renewal_Date__c',
  csm_field: 'CSM__c',
  admin_field: 'Product_Role__c',
  user_id_field: 'Product_User_Id__c',
  no_contact_field: 'No_Contact__c',
};

export interface Connected {
  crm: Crm;
  check: NonNullable<Capabilities['check']>;
  dependencies: FakeDependencies;
}
export interface ConnectOptions {
  settings?: Record<string, unknown>;
  auth?: Record<string, string>;
  secrets?: Record<string, string>;
  scale?: number;
  mailFrom?: string;
  /** Absent: one of its own, in memory. */
  tokens?: TokenKeeper;
}

/** Business time begins at NOW. */
export function connect(url: string, more: ConnectOptions = {}): Connected {
  const dependencies = fakeDependencies({
    name: 'crm',
    connection: {
      connector: 'salesforce',
      mode: 'sandbox',
      sandbox_url: url,
      my_domain: 'acme.my.salesforce.com',
      account_key: 'Headroom_Account_Id__c',
      auth: more.auth ?? { client_id: 'env:SALESFORCE_CLIENT_ID', client_secret: 'env:SALESFORCE_CLIENT_SECRET' },
      ...FIELDS,
      ...more.settings,
    },
    secrets: { ...SECRETS, ...more.secrets },
  });
  dependencies.clock = { startedAt: new Date().toISOString(), epoch: NOW, scale: more.scale ?? 1 };
  if (more.mailFrom !== undefined) dependencies.config.company.mail_from = more.mailFrom;
  if (more.tokens) dependencies.tokens = more.tokens;
  const { crm, check } = salesforce.connect(dependencies);
  if (!crm || !check) throw new Error('Salesforce offers a CRM and a check');
  return { crm, check, dependencies };
}

export async function allAccounts(pages: AsyncIterable<CrmAccount[]>): Promise<CrmAccount[]> {
  const accounts: CrmAccount[] = [];
  for await (const page of pages) accounts.push(...page);
  return accounts;
}

export function taskInput(changes: Partial<TaskInput> = {}): TaskInput {
  return {
    companyId: '001Hr0000000001AAA',
    contactId: null,
    ownerId: null,
    subject: 'Call Summit Health: 95 % of seats',
    body: 'Used 24 of 25 seats.\nStart a trial: https://hub.example/a/tok_1?x=1&y=2.',
    dueAt: '2026-03-22T10:00:00.000Z',
    priority: 'HIGH',
    marker: 'Zm9vYmFy-_1',
    ...changes,
  };
}
