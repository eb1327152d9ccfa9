/** What the customers of this account do by themselves. */
import type { Json } from '../../../domain/model.ts';
import type { Twin } from '../../../sandbox/frame/types.ts';
import { applyPending, changeItems, endSubscription, toPlan } from './billing.ts';
import { priceOf } from './catalogue.ts';
import { deleteCustomer } from './customer-endpoints.ts';
import { sendEvent } from './events.ts';
import { draftInvoice } from './invoice-objects.ts';
import { fail, openInvoices, periodLines, settle } from './invoices.ts';
import { confirmSession, sessionOfUrl } from './portal.ts';
import { type Card, idOf, paidSubscription, planOf, type StripeState } from './state.ts';
import type { WireSubscription } from './wire.ts';

const CARDS: readonly Card[] = ['ok', 'declines', 'none'];

export function makeActs(state: StripeState): Twin['acts'] {
  const did = (act: string, account: string, product: string | null, id: string, summary: string) =>
    state.context.record({ kind: 'act', act, account, product, id, summary });

  const change = (act: string, subscription: WireSubscription, account: string, product: string, plan: string) => {
    did(act, account, product, subscription.id, `${account} goes to ${product} ${plan} by itself`);
    changeItems(state, subscription, toPlan(state, subscription, priceOf(state, product, plan), { product, plan }), {
      cause: 'customer',
      at: state.seconds(),
      proration: 'always_invoice',
      payment: 'allow_incomplete',
    });
    return { subscriptionId: subscription.id, plan };
  };

  return {
    /** The customer opens the link and confirms the change that it shows. */
    confirm_portal: async (input) => {
      const session = sessionOfUrl(state, textOf(input, 'url'));
      return { subscriptionId: confirmSession(state, session) };
    },
    change_plan: async (input) => {
      const { account, product, subscription } = subscriptionOf(state, input);
      return change('change_plan', subscription, account, product, textOf(input, 'plan'));
    },
    /** One plan down; from the lowest one, out. */
    cut_back: async (input) => {
      const { account, product, subscription } = subscriptionOf(state, input);
      const plans = Object.keys(state.context.directory.catalogue[product] ?? {});
      const lower = plans[plans.indexOf(planOf(state, subscription)?.plan ?? '') - 1];
      if (lower !== undefined) return change('cut_back', subscription, account, product, lower);
      did('cut_back', account, product, subscription.id, `${account} cancels ${product}`);
      endSubscription(state, subscription, 'customer');
      return { subscriptionId: subscription.id, plan: null };
    },
    /** A charge of the current period fails and stays unpaid. */
    mark_overdue: async (input) => {
      const account = textOf(input, 'account');
      const subscription = [...state.paid.entries()]
        .filter(([key]) => key.startsWith(`${account}/`))
        .flatMap(([, id]) => state.subscriptions.get(id) ?? [])
        .find(({ status }) => status === 'active');
      if (!subscription) throw new Error(`${account} has no active subscription`);
      const invoice = draftInvoice(state, subscription, 'subscription_cycle', periodLines(state, subscription));
      state.invoices.set(invoice.id, invoice);
      did('mark_overdue', account, null, invoice.id, `${account} does not pay ${invoice.amount_due} cents`);
      fail(state, invoice);
      subscription.status = 'past_due';
      sendEvent(state, 'customer.subscription.updated', subscription, { status: 'active' });
      return { invoiceId: invoice.id };
    },
    pay_overdue: async (input) => {
      const account = textOf(input, 'account');
      const paid = openInvoices(state, account);
      for (const invoice of paid) {
        did('pay_overdue', account, null, invoice.id, `${account} pays ${invoice.amount_remaining} cents`);
        settle(state, invoice);
        const subscription = state.subscriptions.get(idOf(invoice.parent?.subscription_details?.subscription ?? null));
        if (!subscription) continue;
        applyPending(state, subscription, 'customer');
        if (subscription.status !== 'past_due' && subscription.status !== 'incomplete') continue;
        subscription.status = 'active';
        sendEvent(state, 'customer.subscription.updated', subscription, { status: 'past_due' });
      }
      return { invoices: paid.map(({ id }) => id) };
    },
    /** Somebody of the company deletes the customer in the dashboard. */
    delete_customer: async (input) => {
      const account = textOf(input, 'account');
      const customer = state.customers.get(state.customerOf.get(account) ?? '');
      if (!customer) throw new Error(`${account} has no customer`);
      did('delete_customer', account, null, customer.id, `the customer of ${account} is deleted`);
      deleteCustomer(state, customer, 'world');
      return { customer: customer.id };
    },
    /** What later charges lead to: ok, declines, none. */
    set_card: async (input) => {
      const customer = state.customerOf.get(textOf(input, 'account')) ?? '';
      const card = CARDS.find((known) => known === input.card);
      if (!card) throw new Error(`card is one of ${CARDS.join(', ')}`);
      state.cards.set(customer, card);
      return { customer, card };
    },
    /** A percentage off one subscription for good. */
    give_discount: async (input) => {
      const { subscription } = subscriptionOf(state, input);
      const percent = Number(input.percent);
      const coupon = state.nextId('coupon');
      const discount = state.nextId('di');
      state.coupons.set(coupon, {
        id: coupon,
        object: 'coupon',
        amount_off: null,
        created: state.seconds(),
        currency: null,
        duration: 'forever',
        duration_in_months: null,
        livemode: false,
        max_redemptions: null,
        metadata: {},
        name: `${percent} % off`,
        percent_off: percent,
        redeem_by: null,
        times_redeemed: 1,
        valid: true,
      });
      state.discounts.set(discount, {
        id: discount,
        object: 'discount',
        checkout_session: null,
        customer: subscription.customer,
        customer_account: null,
        end: null,
        invoice: null,
        invoice_item: null,
        promotion_code: null,
        source: { coupon, type: 'coupon' },
        start: state.seconds(),
        subscription: subscription.id,
        subscription_item: null,
      });
      subscription.discounts = [discount];
      sendEvent(state, 'customer.subscription.updated', subscription, { discounts: [] });
      return { discount };
    },
  };
}

function subscriptionOf(state: StripeState, input: Record<string, Json>) {
  const account = textOf(input, 'account');
  const product = textOf(input, 'product');
  const subscription = paidSubscription(state, account, product);
  if (!subscription || subscription.status === 'canceled')
    throw new Error(`${account} has no subscription of ${product}`);
  return { account, product, subscription };
}

function textOf(input: Record<string, Json>, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new Error(`this act needs ${name}`);
  return value;
}
