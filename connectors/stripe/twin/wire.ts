/** The objects as they cross the wire: the shapes of the `stripe` package's types, with decimals as strings. */
import type Stripe from 'stripe';

/** Amounts with a fraction are strings in JSON and `Stripe.Decimal` objects only after the package parsed them. */
export type Wire<T> = T extends Stripe.Decimal
  ? string
  : T extends string | number | boolean
    ? T
    : T extends (infer U)[]
      ? Wire<U>[]
      : T extends object
        ? { [K in keyof T]: Wire<T[K]> }
        : T;

export type WireProduct = Wire<Stripe.Product>;
export type WirePrice = Wire<Stripe.Price>;
export type WireCustomer = Wire<Stripe.Customer>;
export type WireSubscription = Wire<Stripe.Subscription>;
export type WireItem = Wire<Stripe.SubscriptionItem>;
export type WireInvoice = Wire<Stripe.Invoice>;
export type WireLine = Wire<Stripe.InvoiceLineItem>;
export type WireCoupon = Wire<Stripe.Coupon>;
export type WireDiscount = Wire<Stripe.Discount>;
export type WireSession = Wire<Stripe.BillingPortal.Session>;
export type WireEntitlement = Wire<Stripe.Entitlements.ActiveEntitlement>;
export type WireObject =
  | WireProduct
  | WirePrice
  | WireCustomer
  | WireSubscription
  | WireInvoice
  | WireCoupon
  | WireDiscount
  | WireSession;

export const API_VERSION = '2026-10-28.endive';
