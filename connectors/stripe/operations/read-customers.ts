/** The billing picture of all customers, in bulk: a few list calls, however many customers there are. */
import { businessNow } from '../../../domain/clock.ts';
import type { BillingCustomer } from '../../kit/capabilities.ts';
import type { ConnectDependencies } from '../../kit/connector.ts';
import type { Call } from '../../kit/operation.ts';
import type { StripeClient } from '../client.ts';
import { isMissing } from '../errors.ts';
import { ACCOUNT_KEY } from '../manifest.ts';
import { hasDiscounts } from '../money.ts';
import { type PictureContext, pictureOf } from '../picture.ts';
import { type PriceBook, readPriceBook } from '../price-book.ts';
import { customer, invoice, type Price, price, type StripeCustomer, type StripeSubscription } from '../schemas.ts';
import { readAll, readCoupons, readPages, readSubscriptions } from './lists.ts';

/** Wire time. */
const BOOK_KEPT_MS = 5 * 60_000;

interface Kept {
  book: PriceBook;
  /** By price: a price's tiers never change, https://docs.stripe.com/api/prices/update */
  tiers: Map<string, Tiers>;
  readAt: number;
}
type Tiers = NonNullable<Price['tiers']>;

export function customerReads(client: StripeClient, dependencies: ConnectDependencies) {
  const accountKey = dependencies.connection.account_key ?? ACCOUNT_KEY;

  let kept: Kept | null = null;

  /** A storm of webhooks must not ask for the same prices each time: they are re-read by every sweep, and when old. */
  async function knownPrices(call: Call, fresh: boolean): Promise<Kept> {
    if (fresh || kept === null || Date.now() - kept.readAt > BOOK_KEPT_MS) {
      const book = await readPriceBook(client, dependencies.config, call);
      const tiered = book.prices.flatMap(({ price: { id, tiers } }) => (tiers ? [[id, tiers] as const] : []));
      kept = { readAt: Date.now(), book, tiers: new Map(tiered) };
    }
    return kept;
  }

  /** `who` narrows the lists to one customer. */
  async function load(operation: string, call: Call, who: { customer?: string }) {
    const [{ book, tiers }, subscriptions, invoices] = await Promise.all([
      knownPrices(call, who.customer === undefined),
      readSubscriptions(client, operation, call, who),
      readAll(client, operation, call, invoice, (stripe, page) =>
        stripe.invoices.list({ ...who, ...page, status: 'open' }),
      ),
    ]);
    await loadTiers(client, operation, call, subscriptions, tiers);
    const now = Date.parse(businessNow(dependencies.clock, Date.now())) / 1_000;
    const context: PictureContext = {
      connection: dependencies.name,
      accountKey,
      book,
      coupons: subscriptions.some(hasDiscounts) ? await readCoupons(client, operation, call) : new Map(),
      now,
    };
    return { subscriptions, invoices, context };
  }

  return {
    async *readCustomers(call: Call): AsyncGenerator<BillingCustomer[]> {
      const operation = 'readCustomers';
      const { subscriptions, invoices, context } = await load(operation, call, {});
      const subscriptionsOf = Map.groupBy(subscriptions, (subscription) => subscription.customer);
      const invoicesOf = Map.groupBy(invoices, (open) => open.customer);
      const pages = readPages(client, operation, call, customer, (stripe, page) =>
        stripe.customers.list({ ...page, expand: ['data.discount.source.coupon'] }),
      );
      for await (const customers of pages) {
        yield customers.map((found) =>
          pictureOf(
            {
              customer: found,
              subscriptions: subscriptionsOf.get(found.id) ?? [],
              openInvoices: invoicesOf.get(found.id) ?? [],
            },
            context,
          ),
        );
      }
    },

    async readCustomer(customerId: string, call: Call): Promise<BillingCustomer | null> {
      const found = await retrieve(client, customerId, call);
      if (found === null) return null;
      if (found.deleted) return deletedCustomer(customerId);
      const { subscriptions, invoices, context } = await load('readCustomer', call, { customer: customerId });
      return pictureOf({ customer: found, subscriptions, openInvoices: invoices }, context);
    },
  };
}

/** Its lists need not be asked for: https://docs.stripe.com/api/customers/delete cancels what was active at once. */
function deletedCustomer(customerId: string): BillingCustomer {
  const nothing = { subscriptions: [], trials: [], unnamed: [], overdueInvoices: [] };
  return { customerId, account: null, email: null, ...nothing, deleted: true };
}

/** Null for a 404, which a key of another account gets, too. */
async function retrieve(client: StripeClient, customerId: string, call: Call): Promise<StripeCustomer | null> {
  try {
    return await client.read('readCustomer', call, customer, (stripe) =>
      stripe.customers.retrieve(customerId, { expand: ['discount.source.coupon'] }),
    );
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Tiers are one level too deep for the subscription list; each tiered price is read once. */
async function loadTiers(
  client: StripeClient,
  operation: string,
  call: Call,
  subscriptions: StripeSubscription[],
  known: Map<string, Tiers>,
): Promise<void> {
  const items = subscriptions
    .filter((subscription) => subscription.status !== 'canceled')
    .flatMap((subscription) => subscription.items.data)
    .filter((item) => item.price.billing_scheme === 'tiered' && item.price.tiers === undefined);
  for (const [id, sharing] of Map.groupBy(items, (item) => item.price.id)) {
    const tiers = known.get(id) ?? (await readTiers(id));
    known.set(id, tiers);
    for (const item of sharing) item.price.tiers = tiers;
  }

  async function readTiers(id: string): Promise<Tiers> {
    const { tiers } = await client.read(operation, call, price, (stripe) =>
      stripe.prices.retrieve(id, { expand: ['tiers'] }),
    );
    return tiers ?? [];
  }
}
