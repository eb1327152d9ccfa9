/** How the conformance suite tries Salesforce: the accounts of the org are its world's companies. */
import type { Json } from '../../domain/model.ts';
import type { CrmAccount, TaskInput } from '../kit/capabilities.ts';
import { allOf, defineConformance, doWrite, offered, type Scene, type VisibleEntry } from '../kit/conformance.ts';

const DATA = '^/services/data/v[0-9.]+';
const QUERY = { method: 'GET', path: `${DATA}/query` };
/** More than the rows of one answer. */
const MANY = 2_050;
const BY_ID =
  'accounts are asked for by the last id, page after page, in queries of their own: no cursor is handed out';
const BY_LOCATOR =
  'a locator stands for the place in the answer: asking for it again gives the rows that come next there';

async function accountOf(scene: Scene): Promise<string> {
  const accounts = await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()));
  const found = accounts.find(({ account }) => account === scene.account);
  if (!found) throw new Error(`Salesforce shows no account of ${scene.account}`);
  return found.externalId;
}

async function task(scene: Scene): Promise<TaskInput> {
  return {
    companyId: await accountOf(scene),
    contactId: null,
    ownerId: null,
    subject: 'Call them about seats',
    body: 'Used 9 of 10 seats.',
    dueAt: scene.now,
    priority: 'HIGH',
    marker: scene.id,
  };
}

const isTask = ({ kind, key }: VisibleEntry, { marker }: TaskInput) => kind === 'task_created' && key === marker;
/** As it would be stored. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));
/** Without the word that a read lists changes alone: the first one cannot say it. Here nothing changes between two. */
const byId = (accounts: CrmAccount[]) =>
  json(
    accounts
      .map(({ changedOutreachOnly: _, ...account }) => account)
      .sort((a, b) => a.externalId.localeCompare(b.externalId)),
  );

export const conformance = defineConformance({
  connection: {
    my_domain: 'acme.my.salesforce.com',
    account_key: 'Headroom_Account_Id__c',
    auth: { client_id: 'env:SALESFORCE_CLIENT_ID', client_secret: 'env:SALESFORCE_CLIENT_SECRET' },
  },
  writes: [
    {
      operation: 'crm.createTask',
      request: { method: 'POST', path: `${DATA}/sobjects/Task$` },
      input: task,
      isEffect: isTask,
    },
    {
      operation: 'crm.createTask',
      title: 'by external id',
      settings: { task_key_field: 'Headroom_Key__c', task_key_is_external_id: true },
      request: { method: 'PATCH', path: `${DATA}/sobjects/Task/Headroom_Key__c/` },
      input: task,
      isEffect: isTask,
    },
    {
      operation: 'crm.completeTask',
      request: { method: 'PATCH', path: `${DATA}/sobjects/Task/` },
      input: async (scene) => {
        const { taskId } = await doWrite(offered(scene.capabilities.crm).createTask, await task(scene), scene);
        return { taskId, note: 'The customer upgraded.' };
      },
      isEffect: ({ kind, id }, { taskId }) => kind === 'task_updated' && id === taskId,
    },
    {
      operation: 'crm.tagAccount',
      request: { method: 'PATCH', path: `${DATA}/sobjects/Account/` },
      input: async (scene) => ({ companyId: await accountOf(scene), fields: { qbr_tag: `seats ${scene.id}` } }),
      isEffect: ({ kind, id }, { companyId }) => kind === 'account_tagged' && id === companyId,
    },
  ],
  reads: [
    {
      name: 'crm.readAccounts',
      request: QUERY,
      needs: 'records',
      read: async (scene) => byId(await allOf(offered(scene.capabilities.crm).readAccounts(scene.call()))),
      notApplicable: { page_repeated: BY_ID, cursor_expired: BY_ID },
    },
    {
      name: 'crm.readAccountsById',
      request: QUERY,
      needs: 'records',
      read: async (scene) => {
        const crm = offered(scene.capabilities.crm);
        const ids = (await allOf(crm.readAccounts(scene.call()))).map(({ externalId }) => externalId);
        return byId(await crm.readAccountsById(ids, scene.call()));
      },
    },
    {
      name: 'crm.readOwners',
      request: QUERY,
      pages: MANY,
      needs: 'records',
      read: async (scene) => {
        const owners = await offered(scene.capabilities.crm).readOwners(scene.call());
        // The org's own users are there before any account.
        return json(owners.filter(({ email }) => email.startsWith('am_')));
      },
      notApplicable: { page_repeated: BY_LOCATOR },
    },
  ],
});
