import { defineConnector } from '../kit/connector.ts';
import type { Call } from '../kit/operation.ts';
import { createClient } from './client.ts';
import { cohortOf, manifest } from './manifest.ts';
import { readUsage } from './operations/read-usage.ts';
import { writeBack } from './operations/write-back.ts';
import { receiveCohorts } from './webhook.ts';

export const mixpanel = defineConnector({
  manifest,
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      usage: {
        cohortOf,
        readUsage: (request, call) => readUsage(client, dependencies.name, request, call),
        writeBack: writeBack(client),
      },
      receive: receiveCohorts(dependencies, client),
      /** One query of the quota: profiles of an account that does not exist. */
      check: async (call: Call) => {
        await client.engage({ properties: [], distinctIds: ['headroom-connection-check'] }, call);
      },
    };
  },
});
