import { z } from 'zod';
import { defineConnector } from '../../connector.ts';
import { createClient } from '../common/client.ts';
import { manifest } from '../common/manifest.ts';
import { readSchema, readUsage } from './operations/read-usage.ts';

/** Usage from Acme: https://docs.acme.example */
export const acmeVendor = defineConnector({
  manifest: { ...manifest, readSchema },
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      usage: { readUsage: (request, call) => readUsage(client, request, call) },
      check: async (call) => {
        await client.read({ operation: 'check', method: 'GET', path: '/v1/me', reply: z.object({}) }, call);
      },
    };
  },
});
