import { defineConnector } from '../kit/connector.ts';
import { createClient } from './client.ts';
import { manifest } from './manifest.ts';
import { accountFields } from './operations/account-fields.ts';
import { completeTask } from './operations/complete-task.ts';
import { createTask } from './operations/create-task.ts';
import { accountReads } from './operations/read-accounts.ts';
import { readOwners } from './operations/read-owners.ts';
import { tagAccount } from './operations/tag-account.ts';
import { query } from './soql.ts';

/** CRM through Salesforce: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm */
export const salesforce = defineConnector({
  manifest,
  connect: (dependencies) => {
    const client = createClient(dependencies);
    const fields = accountFields(client);
    return {
      crm: {
        ...accountReads(client, dependencies),
        // Fields are the administrator's to create: all that can be done here is to say which one is missing.
        ensureProperties: fields.check,
        readOwners: readOwners(client),
        createTask: createTask(client, dependencies.config.company.timezone),
        completeTask: completeTask(client),
        tagAccount: tagAccount(client, fields),
      },
      check: async (call) => {
        await query(client, 'check', 'SELECT Id FROM Account LIMIT 1', call);
      },
    };
  },
});
