import type { Billing } from '../../kit/capabilities.ts';
import type { StripeClient } from '../client.ts';
import { entitlement } from '../schemas.ts';
import { readAll } from './lists.ts';

/** Lookup keys of what the customer may use now. The webhook's own list can be cut short, so this one is always read. */
export function entitlements(client: StripeClient): Billing['entitlements'] {
  return async (customer, call) => {
    const active = await readAll(client, 'entitlements', call, entitlement, (stripe, page) =>
      stripe.entitlements.activeEntitlements.list({ customer, ...page }),
    );
    return active.map(({ lookup_key }) => lookup_key);
  };
}
