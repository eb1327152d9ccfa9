import type { Cents, FactValue, Iso, Segment } from '../../domain/model.ts';

/** A plan-limited metric as templates see it. */
export interface MeterView {
  /** Key in config. */
  key: string;
  name: string;
  unit: string;
  used: number;
  /** Null: unlimited, or priced by usage. */
  limit: number | null;
  /** `limit − used`, never below 0; null without a limit. */
  left: number | null;
  /** 0–1 and above; null without a limit. */
  utilization: number | null;
}

export interface PlanView {
  key: string;
  name: string;
  pitch: string | null;
}

/**
 * What a template may use, named as RevOps writes it (`{{ next_plan.name }}`). Null means "not known" or "there is
 * none"; rendering such a value without a guard fails, at `headroom validate` already.
 */
export interface MessageContext {
  account: {
    id: string;
    name: string;
    segment: Segment | null;
    /** IANA zone: dates are written in it. */
    timezone: string;
    /** Revenue a year in whole currency units. */
    arr: number | null;
  };
  person: { name: string | null; first_name: string | null; email: string };
  company: { name: string; currency: string; postal_address: string | null };
  product: { key: string; name: string };
  /** The plan that the account pays for. */
  plan: PlanView;
  next_plan: PlanView | null;
  /** The meter that the message is about. */
  meter: MeterView | null;
  /** All meters of the product. */
  meters: MeterView[];
  /** Chosen next-tier features, at most three; `line` from renderFeatureLine. */
  features: { key: string; name: string; line: string }[];
  /** A sentence that is true, or null. */
  social_proof: string | null;
  /** Monthly, in cents, before tax; null when billing does not say. */
  price: { current_monthly: Cents; next_monthly: Cents; difference: Cents } | null;
  facts: Record<string, FactValue | null>;
  /** Days until the limit at the present pace. */
  forecast: { days: number; low_days: number; high_days: number } | null;
  /** A trial that is offered or runs; `plan` is the name that customers know. */
  offer: { plan: string; ends_on: Iso; days_left: number; length_days: number } | null;
  /** The plain "why you got this". */
  why: string;
  /** The call to action, already tracked; null when the message has no button. */
  link: { url: string } | null;
  /** Needed by marketing mail. */
  unsubscribe_url: string | null;
}

export interface RenderedMessage {
  subject: string;
  html: string;
  text: string;
  category: 'service' | 'marketing';
  /** Words on the button; null when there is none. */
  linkLabel: string | null;
}
