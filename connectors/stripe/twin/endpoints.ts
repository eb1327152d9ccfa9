/** The calls of https://docs.stripe.com/api that this account answers. */
import type { Endpoint } from './api.ts';
import { customerEndpoints, found, newestFirst, PAGE } from './customer-endpoints.ts';
import { activeEntitlements } from './events.ts';
import { required, text, texts } from './params.ts';
import { portalEndpoint } from './portal-endpoint.ts';
import { pageOf, present } from './presentation.ts';
import { invalid } from './problem.ts';
import { idOf, type StripeState } from './state.ts';
import { subscriptionEndpoints } from './subscription-endpoints.ts';
import { overdueTold } from './told.ts';

export function endpoints(state: StripeState): Endpoint[] {
  const told = overdueTold(state);
  const one = (path: string, kind: string, table: ReadonlyMap<string, object>): Endpoint => ({
    method: 'GET',
    path: `${path}/:id`,
    takes: [],
    run: ({ id, params }) => present(state, found(table, kind, id), params),
  });
  return [
    ...customerEndpoints(state),
    one('/v1/subscriptions', 'subscription', state.subscriptions),
    one('/v1/invoices', 'invoice', state.invoices),
    one('/v1/prices', 'price', state.prices),
    one('/v1/products', 'product', state.products),
    one('/v1/coupons', 'coupon', state.coupons),
    {
      method: 'GET',
      path: '/v1/subscriptions',
      takes: [...PAGE, 'customer', 'status', 'price'],
      run: ({ params }) => {
        const { customer, status, price } = {
          customer: text(params, 'customer'),
          status: text(params, 'status'),
          price: text(params, 'price'),
        };
        if (customer !== undefined) found(state.customers, 'customer', customer, 'customer');
        const all = newestFirst(state.subscriptions).filter(
          (subscription) =>
            (customer === undefined || subscription.customer === customer) &&
            (price === undefined || subscription.items.data.some((item) => item.price.id === price)) &&
            // Canceled ones show only when asked for.
            (status === 'all' ||
              (status === undefined ? subscription.status !== 'canceled' : subscription.status === status)),
        );
        return pageOf(state, all, params, '/v1/subscriptions');
      },
    },
    {
      method: 'GET',
      path: '/v1/invoices',
      takes: [...PAGE, 'customer', 'status', 'subscription'],
      run: ({ params }) => {
        const customer = text(params, 'customer');
        const status = text(params, 'status');
        const subscription = text(params, 'subscription');
        const all = newestFirst(state.invoices).filter(
          (invoice) =>
            (customer === undefined || invoice.customer === customer) &&
            (status === undefined || invoice.status === status) &&
            (subscription === undefined ||
              idOf(invoice.parent?.subscription_details?.subscription ?? null) === subscription),
        );
        if (status === 'open') told(all, customer);
        return pageOf(state, all, params, '/v1/invoices');
      },
    },
    {
      method: 'GET',
      path: '/v1/prices',
      takes: [...PAGE, 'active', 'lookup_keys', 'product'],
      run: ({ params }) => {
        const keys = texts(params, 'lookup_keys');
        if (keys.length > 10) throw invalid('You may only specify up to 10 lookup_keys', 'lookup_keys');
        const product = text(params, 'product');
        const all = [...state.prices.values()].filter(
          (price) =>
            (keys.length === 0 || keys.includes(price.lookup_key ?? '')) &&
            (product === undefined || price.product === product),
        );
        return pageOf(state, all, params, '/v1/prices');
      },
    },
    {
      method: 'GET',
      path: '/v1/products',
      takes: [...PAGE, 'active'],
      run: ({ params }) => pageOf(state, [...state.products.values()], params, '/v1/products'),
    },
    {
      method: 'GET',
      path: '/v1/coupons',
      takes: PAGE,
      run: ({ params }) => pageOf(state, newestFirst(state.coupons), params, '/v1/coupons'),
    },
    {
      method: 'GET',
      path: '/v1/entitlements/active_entitlements',
      takes: [...PAGE, 'customer'],
      run: ({ params }) => {
        const customer = required(params, 'customer');
        found(state.customers, 'customer', customer, 'customer');
        return pageOf(state, activeEntitlements(state, customer), params, '/v1/entitlements/active_entitlements');
      },
    },
    ...subscriptionEndpoints(state),
    portalEndpoint(state),
  ];
}
