import type { MakeTwin } from '../../../sandbox/frame/types.ts';
import { makeActs } from './acts.ts';
import { serveApi } from './api.ts';
import { loadCatalogue } from './catalogue.ts';
import { endpoints } from './endpoints.ts';
import { idempotency } from './guard.ts';
import { portalPages } from './portal.ts';
import { createState } from './state.ts';
import { worldRows } from './world.ts';

/**
 * A Stripe account on loopback: version 1 of the API for customers, subscriptions, prices, invoices, entitlements and
 * the billing portal, with webhooks. Billing lives on the business clock; signatures, rate limits and the memory of
 * idempotency keys on the wire clock.
 */
export const makeStripeTwin: MakeTwin = (context) => {
  const state = createState(context);
  loadCatalogue(state);
  const keys = idempotency();
  return {
    name: 'stripe',
    routes: async (server) => {
      await server.register(async (scope) => {
        serveApi(scope, state, endpoints(state), keys);
        portalPages(scope, state);
      });
    },
    apply: worldRows(state),
    acts: makeActs(state),
  };
};
