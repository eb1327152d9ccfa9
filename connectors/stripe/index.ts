import { z } from 'zod';
import { defineConnector } from '../kit/connector.ts';
import { ownSettings } from '../kit/settings.ts';
import { webhookSecrets } from '../kit/webhook.ts';
import { stripeClient } from './client.ts';
import { manifest, settings } from './manifest.ts';
import { changePlan } from './operations/change-plan.ts';
import { endTrial } from './operations/end-trial.ts';
import { entitlements } from './operations/entitlements.ts';
import { previewChange } from './operations/preview-change.ts';
import { customerReads } from './operations/read-customers.ts';
import { readInvoice } from './operations/read-invoice.ts';
import { readPrices } from './operations/read-prices.ts';
import { startTrial } from './operations/start-trial.ts';
import { upgradeLink } from './operations/upgrade-link.ts';
import { receiveWebhook } from './webhook.ts';

/** Billing through Stripe: https://docs.stripe.com/api */
export const stripe = defineConnector({
  manifest,
  connect: (dependencies) => {
    const { connection, config } = dependencies;
    const client = stripeClient(dependencies);
    const { portal_configuration } = settings.parse(ownSettings(connection));
    return {
      billing: {
        ...customerReads(client, dependencies),
        readInvoice: readInvoice(client),
        readPrices: readPrices(client, config),
        previewChange: previewChange(client),
        upgradeLink: upgradeLink(client, portal_configuration),
        entitlements: entitlements(client),
        startTrial: startTrial(client),
        endTrial: endTrial(client),
        changePlan: changePlan(client),
      },
      receive: receiveWebhook(webhookSecrets(dependencies)),
      check: async (call) => {
        await client.read('check', call, z.object({ object: z.literal('list') }), (api) =>
          api.customers.list({ limit: 1 }),
        );
      },
    };
  },
});
