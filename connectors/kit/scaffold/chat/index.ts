import { z } from 'zod';
import { defineConnector } from '../../connector.ts';
import { notWritten } from '../../not-written.ts';
import { createClient } from '../common/client.ts';
import { manifest } from '../common/manifest.ts';
import { postAlert } from './operations/post-alert.ts';
import { updateAlert } from './operations/update-alert.ts';

/** Alerts through Acme: https://docs.acme.example */
export const acmeVendor = defineConnector({
  manifest: { ...manifest, provides: ['chat'] },
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      chat: {
        postAlert: postAlert(client),
        updateAlert: updateAlert(client),
        userEmail: async () => notWritten('connectors/acme/index.ts: userEmail, for whoever presses a button'),
      },
      check: async (call) => {
        await client.read({ operation: 'check', method: 'GET', path: '/v1/me', reply: z.object({}) }, call);
      },
    };
  },
});
