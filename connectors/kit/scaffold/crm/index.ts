import { z } from 'zod';
import { defineConnector } from '../../connector.ts';
import { createClient } from '../common/client.ts';
import { manifest } from '../common/manifest.ts';
import { completeTask } from './operations/complete-task.ts';
import { createTask } from './operations/create-task.ts';
import { crmReads } from './operations/reads.ts';
import { tagAccount } from './operations/tag-account.ts';

/** CRM through Acme: https://docs.acme.example */
export const acmeVendor = defineConnector({
  manifest: { ...manifest, provides: ['crm'] },
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      crm: {
        ...crmReads(client),
        createTask: createTask(client),
        completeTask: completeTask(client),
        tagAccount: tagAccount(client),
      },
      check: async (call) => {
        await client.read({ operation: 'check', method: 'GET', path: '/v1/me', reply: z.object({}) }, call);
      },
    };
  },
});
