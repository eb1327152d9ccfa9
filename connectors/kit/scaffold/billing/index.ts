import { z } from 'zod';
import { defineConnector } from '../../connector.ts';
import { createClient } from '../common/client.ts';
import { manifest } from '../common/manifest.ts';
import { changePlan } from './operations/change-plan.ts';
import { endTrial } from './operations/end-trial.ts';
import { billingReads } from './operations/reads.ts';
import { startTrial } from './operations/start-trial.ts';

/** Billing through Acme: https://docs.acme.example */
export const acmeVendor = defineConnector({
  manifest: { ...manifest, provides: ['billing'] },
  connect: (dependencies) => {
    const client = createClient(dependencies);
    return {
      billing: {
        ...billingReads(client),
        startTrial: startTrial(client),
        endTrial: endTrial(client),
        changePlan: changePlan(client),
      },
      check: async (call) => {
        await client.read({ operation: 'check', method: 'GET', path: '/v1/me', reply: z.object({}) }, call);
      },
    };
  },
});
