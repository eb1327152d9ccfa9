import type { Endpoint } from './api.ts';
import { type Cause, endSubscription } from './billing.ts';
import { sendEvent } from './events.ts';
import { text } from './params.ts';
import { pageOf, present } from './presentation.ts';
import { missing } from './problem.ts';
import { idOf, type StripeState } from './state.ts';
import type { WireCustomer } from './wire.ts';

export const PAGE = ['limit', 'starting_after'] as const;

export function customerEndpoints(state: StripeState): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/customers/:id',
      takes: [],
      // https://docs.stripe.com/api/customers/retrieve: of a deleted customer a subset with `deleted`.
      run: ({ id, params }) =>
        state.deletedCustomers.has(id)
          ? { id, object: 'customer', deleted: true }
          : present(state, found(state.customers, 'customer', id), params),
    },
    {
      method: 'DELETE',
      path: '/v1/customers/:id',
      takes: [],
      run: ({ id }) => {
        deleteCustomer(state, found(state.customers, 'customer', id), 'hub');
        return { id, object: 'customer', deleted: true };
      },
    },
    {
      method: 'GET',
      path: '/v1/customers',
      takes: [...PAGE, 'email'],
      run: ({ params }) => {
        const email = text(params, 'email');
        const all = newestFirst(state.customers).filter((customer) => email === undefined || customer.email === email);
        return pageOf(state, all, params, '/v1/customers');
      },
    },
  ];
}

/** https://docs.stripe.com/api/customers/delete: for good, and active subscriptions are canceled at once. */
export function deleteCustomer(state: StripeState, customer: WireCustomer, cause: Cause): void {
  for (const subscription of state.subscriptions.values()) {
    if (idOf(subscription.customer) === customer.id && subscription.status !== 'canceled')
      endSubscription(state, subscription, cause);
  }
  state.customers.delete(customer.id);
  state.deletedCustomers.add(customer.id);
  sendEvent(state, 'customer.deleted', customer);
}

export function found<T>(table: ReadonlyMap<string, T>, kind: string, id: string, param = 'id'): T {
  const object = table.get(id);
  if (object === undefined) throw missing(kind, id, param);
  return object;
}

export function newestFirst<T>(table: ReadonlyMap<string, T>): T[] {
  return [...table.values()].reverse();
}
