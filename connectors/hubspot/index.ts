import { defineConnector } from '../kit/connector.ts';
import { webhookSecrets } from '../kit/webhook.ts';
import { createClient } from './client.ts';
import { manifest } from './manifest.ts';
import { accountsOf } from './operations/accounts-of.ts';
import { ensureProperties } from './operations/company-properties.ts';
import { completeTask } from './operations/complete-task.ts';
import { createTask } from './operations/create-task.ts';
import { accountReads } from './operations/read-accounts.ts';
import { readOwners } from './operations/read-owners.ts';
import { tagAccount } from './operations/tag-account.ts';
import { paths } from './paths.ts';
import { objectPage } from './schemas.ts';
import { receiveChanges } from './webhook.ts';

/** CRM through HubSpot: https://developers.hubspot.com/docs/api-reference/latest */
export const hubspot = defineConnector({
  manifest,
  connect: (dependencies) => {
    const client = createClient(dependencies);
    const ensure = ensureProperties(client);
    return {
      crm: {
        ...accountReads(client, dependencies),
        ensureProperties: (call) => ensure([], call),
        accountsOf: accountsOf(client),
        readOwners: readOwners(client),
        createTask: createTask(client),
        completeTask: completeTask(client),
        tagAccount: tagAccount(client, ensure),
      },
      receive: receiveChanges(webhookSecrets(dependencies)),
      check: async (call) => {
        const path = paths.objects('companies');
        await client.read({ operation: 'check', method: 'GET', path, query: { limit: '1' }, reply: objectPage }, call);
      },
    };
  },
});
