import { defineConnector } from '../kit/connector.ts';
import type { Call } from '../kit/operation.ts';
import { createClient } from './client.ts';
import { manifest } from './manifest.ts';
import { readUsage } from './operations/read-usage.ts';
import { writeBack } from './operations/write-back.ts';

export const mixpanel = defineConnector({
  manifest,
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      usage: {
        readUsage: (request, call) => readUsage(client, dependencies.name, request, call),
        writeBack: writeBack(client),
      },
      /** One query of the quota: profiles of an account that does not exist. */
      check: async (call: Call) => {
        await client.engage({ properties: [], distinctIds: ['headroom-connection-check'] }, call);
      },
    };
  },
});
