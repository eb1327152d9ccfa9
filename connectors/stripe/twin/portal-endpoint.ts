import type { Endpoint } from './api.ts';
import { choice, hash, required, text } from './params.ts';
import { rememberSession } from './portal.ts';
import { present } from './presentation.ts';
import { missing } from './problem.ts';
import type { StripeState } from './state.ts';
import { changesOf, live } from './subscription-endpoints.ts';
import type { WireSession } from './wire.ts';

/** https://docs.stripe.com/api/customer_portal/sessions/create, for the one flow that shows a change to confirm. */
export function portalEndpoint(state: StripeState): Endpoint {
  return {
    method: 'POST',
    path: '/v1/billing_portal/sessions',
    takes: ['customer', 'return_url', 'configuration', 'flow_data'],
    run: ({ params, origin }) => {
      const customer = required(params, 'customer');
      if (!state.customers.has(customer)) throw missing('customer', customer, 'customer');
      const flow = hash(params, 'flow_data');
      choice(flow, 'type', ['subscription_update_confirm']);
      const confirm = hash(flow, 'subscription_update_confirm');
      const subscription = live(
        state,
        required(confirm, 'subscription'),
        'flow_data[subscription_update_confirm][subscription]',
      );
      if (subscription.customer !== customer) throw missing('subscription', subscription.id, 'flow_data');
      const changes = changesOf(state, subscription, confirm);
      const after = text(hash(hash(flow, 'after_completion'), 'redirect'), 'return_url');
      const id = state.nextId('bps');
      const session: WireSession = {
        id,
        object: 'billing_portal.session',
        configuration: text(params, 'configuration') ?? 'bpc_default',
        created: state.seconds(),
        customer,
        customer_account: null,
        flow: {
          after_completion: {
            hosted_confirmation: null,
            redirect: after === undefined ? null : { return_url: after },
            type: after === undefined ? 'portal_homepage' : 'redirect',
          },
          customer_update: null,
          subscription_cancel: null,
          subscription_pause: null,
          subscription_update: null,
          subscription_update_confirm: {
            discounts: null,
            items: changes.map(({ itemId, price, quantity }) => ({ id: itemId, price: price.id, quantity })),
            subscription: subscription.id,
          },
          type: 'subscription_update_confirm',
        },
        livemode: false,
        locale: null,
        on_behalf_of: null,
        return_url: text(params, 'return_url') ?? null,
        url: `${origin}/p/session/${id}`,
      };
      rememberSession(state, session);
      return present(state, session, params);
    },
  };
}
