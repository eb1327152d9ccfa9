/** Cursor paging: https://docs.stripe.com/api/pagination */
import type Stripe from 'stripe';
import type { z } from 'zod';
import type { Call } from '../../kit/operation.ts';
import { paginate } from '../../kit/paginate.ts';
import type { StripeClient } from '../client.ts';
import { manifest } from '../manifest.ts';
import { type Coupon, coupon, listOf, type StripeSubscription, subscription } from '../schemas.ts';

const PAGE = 100;

export type ListPage = { limit: number; starting_after?: string };

export function readPages<T extends { id: string }>(
  client: StripeClient,
  operation: string,
  call: Call,
  item: z.ZodType<T>,
  list: (stripe: Stripe, page: ListPage) => Promise<unknown>,
): AsyncGenerator<T[]> {
  return paginate<T[], string>({ connector: manifest.name, operation }, async (cursor) => {
    const page = await client.read(operation, call, listOf(item), (stripe) =>
      list(stripe, { limit: PAGE, ...(cursor === null ? {} : { starting_after: cursor }) }),
    );
    return { items: page.data, next: page.has_more ? (page.data.at(-1)?.id ?? null) : null };
  });
}

export async function readAll<T extends { id: string }>(...from: Parameters<typeof readPages<T>>): Promise<T[]> {
  const all: T[] = [];
  for await (const items of readPages<T>(...from)) all.push(...items);
  return all;
}

/** Four levels deep is all that Stripe expands, so discounts of items keep their coupon's id. */
const EXPAND = ['data.items.data.discounts', 'data.discounts.source.coupon'];

/** Of one customer or of all. Canceled ones are left out by Stripe unless asked for. */
export function readSubscriptions(
  client: StripeClient,
  operation: string,
  call: Call,
  who: { customer?: string },
): Promise<StripeSubscription[]> {
  return readAll(client, operation, call, subscription, (stripe, page) =>
    stripe.subscriptions.list({ ...who, ...page, status: 'all', expand: EXPAND }),
  );
}

export function retrieveSubscription(
  client: StripeClient,
  operation: string,
  id: string,
  call: Call,
): Promise<StripeSubscription> {
  return client.read(operation, call, subscription, (stripe) =>
    stripe.subscriptions.retrieve(id, { expand: ['discounts.source.coupon', 'items.data.discounts'] }),
  );
}

export async function readCoupons(client: StripeClient, operation: string, call: Call): Promise<Map<string, Coupon>> {
  const coupons = await readAll(client, operation, call, coupon, (stripe, page) =>
    stripe.coupons.list({ ...page, expand: ['data.applies_to'] }),
  );
  return new Map(coupons.map((found) => [found.id, found]));
}
