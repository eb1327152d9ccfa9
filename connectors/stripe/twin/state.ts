/** What this Stripe account knows, in memory. */
import { createHash } from 'node:crypto';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type {
  WireCoupon,
  WireCustomer,
  WireDiscount,
  WireInvoice,
  WireLine,
  WirePrice,
  WireProduct,
  WireSession,
  WireSubscription,
} from './wire.ts';

export interface PlanOf {
  product: string;
  plan: string;
}

export interface StripeState {
  context: TwinContext;
  products: Map<string, WireProduct>;
  prices: Map<string, WirePrice>;
  customers: Map<string, WireCustomer>;
  /** Ids of those that were deleted: no longer listed, and only told to be so. */
  deletedCustomers: Set<string>;
  subscriptions: Map<string, WireSubscription>;
  invoices: Map<string, WireInvoice>;
  coupons: Map<string, WireCoupon>;
  discounts: Map<string, WireDiscount>;
  sessions: Map<string, WireSession>;

  /** Price id → the plan of the world's catalogue. */
  planOfPrice: Map<string, PlanOf>;
  /** Lookup keys of features by Stripe product: those of the plan and of the plans below it. */
  featuresOf: Map<string, string[]>;
  /** Account id → customer id, and `account/product` → the paid subscription. */
  customerOf: Map<string, string>;
  paid: Map<string, string>;
  /** What a charge of the customer's default card leads to; `none`: there is no card. */
  cards: Map<string, Card>;
  /** Lines that wait for the next invoice (`create_prorations`). */
  pendingLines: Map<string, WireLine[]>;
  /** When the plan of a subscription last changed, business ms. */
  changedAt: Map<string, number>;
  nextId: (prefix: string) => string;
  /** Business time in whole seconds: what Stripe's `created` and periods are in. */
  seconds: () => number;
}

export type Card = 'ok' | 'declines' | 'none';

export function createState(context: TwinContext): StripeState {
  let count = 0;
  return {
    context,
    products: new Map(),
    prices: new Map(),
    customers: new Map(),
    deletedCustomers: new Set(),
    subscriptions: new Map(),
    invoices: new Map(),
    coupons: new Map(),
    discounts: new Map(),
    sessions: new Map(),
    planOfPrice: new Map(),
    featuresOf: new Map(),
    customerOf: new Map(),
    paid: new Map(),
    cards: new Map(),
    pendingLines: new Map(),
    changedAt: new Map(),
    nextId: (prefix) => makeId(prefix, `${prefix}/${count++}`),
    seconds: () => Math.floor(context.nowMs() / 1_000),
  };
}

/** Looks like an id of Stripe's, and is the same in every run. */
export function makeId(prefix: string, name: string): string {
  const hash = createHash('sha256').update(name).digest('base64').replace(/[+/=]/g, '');
  return `${prefix}_1Hr${hash.slice(0, 21)}`;
}

export function accountOf(state: StripeState, customerId: string): string | null {
  return state.customers.get(customerId)?.metadata.account_id ?? null;
}

export function paidSubscription(state: StripeState, account: string, product: string): WireSubscription | undefined {
  return state.subscriptions.get(state.paid.get(`${account}/${product}`) ?? '');
}

export function planOf(state: StripeState, subscription: WireSubscription): PlanOf | null {
  return state.planOfPrice.get(subscription.items.data[0]?.price.id ?? '') ?? null;
}

/** Ids of what another object refers to; customers and such are never expanded in this account. */
export function idOf(reference: string | { id: string } | null): string {
  return typeof reference === 'string' ? reference : (reference?.id ?? '');
}
