/** How the conformance suite tries Acme: the twin has a reading of seats for each company of the world. */
import { defineConformance, offered, pagesOf } from '../../conformance.ts';

export const conformance = defineConformance({
  connection: { auth: { token: 'env:ACME_TOKEN' } },
  writes: [],
  reads: [
    {
      name: 'usage.readUsage',
      request: { method: 'GET', path: '^/v1/readings$' },
      pages: 120,
      needs: 'used',
      read: async (scene) => {
        const metric = { metric: 'seats', product: 'core', resets: 'never' as const, read: { metric: 'seats' } };
        const request = { metrics: [metric], facts: [], periodOf: () => null, checkpoint: null, now: scene.now };
        const pages = await pagesOf(offered(scene.capabilities.usage).readUsage(request, scene.call()));
        return pages.flatMap(({ readings }) => readings.map(({ account, used }) => `${account}: ${used}`)).sort();
      },
    },
  ],
});
