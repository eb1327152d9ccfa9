import { z } from 'zod';
import { defineConnector } from '../../connector.ts';
import { createClient } from '../common/client.ts';
import { manifest } from '../common/manifest.ts';
import { sendMessage } from './operations/send.ts';

/** Messages through Acme: https://docs.acme.example */
export const acmeVendor = defineConnector({
  manifest: { ...manifest, provides: ['email'] },
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      message: { send: sendMessage(client) },
      check: async (call) => {
        await client.read({ operation: 'check', method: 'GET', path: '/v1/me', reply: z.object({}) }, call);
      },
    };
  },
});
