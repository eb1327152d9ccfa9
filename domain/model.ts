/**
 * The nouns that all code shares, as plain data. Times are ISO 8601 text in UTC (business clock unless the
 * name says `wire`), money is whole cents, ratios are 0–1.
 */
import type { Channel, HoldFor, TriggerKind } from '../config/schema/index.ts';

export type Iso = string;
export type Cents = number;
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type FactValue = number | string | boolean;
export type Segment = 'smb' | 'mid_market' | 'enterprise';
export type Category = 'service' | 'marketing';

export interface Account {
  id: string;
  name: string;
  segment: Segment | null;
  /** IANA zone; null falls back to the company's. */
  timezone: string | null;
  /** Our own company's account: never touched, never alerted about. */
  test: boolean;
  /** Team member ids as the CRM knows them. */
  ownerId: string | null;
  csmId: string | null;
  arrCents: Cents | null;
  renewalOn: string | null;
  facts: Record<string, FactValue>;
}

/** A customer's person, keyed by normalised address: consent, bounces and caps are the person's, across accounts. */
export interface Person {
  key: string;
  email: string;
  name: string | null;
  /** Categories opted out of. */
  optedOut: Category[];
  hardBounced: boolean;
}

/** How a person stands to an account. `externalId` is the user id in our own product, where known. */
export interface AccountPerson {
  account: string;
  person: string;
  roles: ('crm_role' | 'billing_contact' | 'admin')[];
  externalId: string | null;
  since: Iso | null;
}

/** One of our own people, as the CRM lists them. */
export interface TeamMember {
  id: string;
  email: string;
  name: string | null;
  active: boolean;
}

/** A paid subscription of one product. Trial subscriptions of ours are kept apart and never stand here. */
export interface Subscription {
  id: string;
  connection: string;
  customerId: string;
  itemId: string;
  account: string;
  product: string;
  /** Key of the plan in config; null when cancelled. */
  plan: string | null;
  status: 'active' | 'past_due' | 'paused' | 'cancelled';
  quantity: number;
  /** Recurring price per month after discounts, without tax and without usage. */
  mrrCents: Cents;
  currency: string;
  periodStart: Iso;
  periodEnd: Iso;
  /** Limits that the contract sets for this account, by metric; they beat the plan's. */
  contractLimits: Record<string, number>;
  /** A change that waits for payment: not an upgrade yet. */
  pendingChange: boolean;
  /** Raised at each real change of price or quantity. */
  version: number;
  changedAt: Iso;
}

/** One measurement as a source gave it. A changed value for the same observedAt is a new revision. */
export interface Reading {
  source: string;
  account: string;
  product: string;
  metric: string;
  observedAt: Iso;
  receivedAt: Iso;
  used: number;
  /** The source's own limit; counts only where the plan says `from: reading`. Null = unlimited, undefined = not told. */
  limit?: number | null;
  /** A counter's billing period as the source knows it. */
  periodStart?: Iso | null;
  periodEnd?: Iso | null;
  /** From today's unfinished bucket: may show a crossing upward, never a decline. */
  partial?: boolean;
  /** The source's own id of the row: the same id is the same fact, delivered again. */
  id?: string;
}

/** What a plan-limited metric measures against at a moment. `limit` null = unlimited. */
export interface Denominator {
  limit: number | null;
  source: 'contract' | 'subscription' | 'plan' | 'reading' | 'none';
  periodStart: Iso;
  periodEnd: Iso;
  plan: string;
  usagePriced: boolean;
}

export interface Forecast {
  /** Days until the limit at the present pace; low and high bound the honest range. Null: not within 180 days. */
  days: number;
  lowDays: number;
  highDays: number;
}

export type TriggerEventStatus =
  | 'open' // waits for a journey
  | 'claimed' // a journey runs for it
  | 'folded' // a higher or equal play of the same account covers it
  | 'superseded' // a higher play took over
  | 'withdrawn' // the usage behind it was taken back before any touch
  | 'corrected' // the same after a touch
  | 'at_start' // already so when we first looked: recorded, not fired
  | 'held' // an unusual number at once: waits for a person
  | 'expired' // too old when it could have run
  | 'done';

export interface TriggerEvent {
  id: string;
  account: string;
  product: string;
  metric: string | null;
  trigger: string;
  kind: TriggerKind;
  play: string;
  label: string | null;
  occurredAt: Iso;
  receivedAt: Iso;
  used: number;
  limit: number | null;
  utilization: number | null;
  forecast: Forecast | null;
  /** The rule as configured and the numbers it saw: the answer to "why?". */
  evidence: { rule: Record<string, Json>; numbers: Record<string, Json>; sentence: string };
  mode: 'shadow' | 'live';
  status: TriggerEventStatus;
  reason: string | null;
}

/** A rule that looked and said no, kept so that "why not?" has an answer. */
export interface NearMiss {
  account: string;
  product: string;
  metric: string | null;
  trigger: string;
  at: Iso;
  reason: string;
  numbers: Record<string, Json>;
}

export type EffectPhase = 'claimed' | 'sending' | 'confirmed' | 'refused' | 'withdrawn' | 'unclear';

export interface Touch {
  effectKey: string;
  account: string;
  product: string;
  person: string;
  triggerEventId: string;
  channel: Channel;
  state: 'reserved' | 'confirmed' | 'unclear' | 'released';
  at: Iso;
  deliveredAt: Iso | null;
  engagedAt: Iso | null;
}

export type EngagementKind =
  | 'clicked'
  | 'replied'
  | 'in_app_clicked'
  | 'checkout_started'
  | 'dismissed'
  | 'shown'
  | 'opted_out'
  | 'complained'
  | 'bounced';

export interface Engagement {
  effectKey: string;
  kind: EngagementKind;
  at: Iso;
  /**
   * Kept but without weight: a click by a mail scanner or sooner than 10 s after delivery, a bounce that may pass, an
   * automatic answer.
   */
  counts: boolean;
}

/** An account manager's contact with the customer: call, e-mail, meeting, or a click on "I'm on it". */
export interface Outreach {
  account: string;
  by: string | null;
  channel: 'call' | 'email' | 'meeting' | 'claimed';
  at: Iso;
  externalId: string;
}

export interface Ticket {
  account: string;
  externalId: string;
  severe: boolean;
  open: boolean;
  subject: string | null;
  at: Iso;
}

export interface Incident {
  id: string;
  scope: 'all' | string;
  startedAt: Iso;
  endedAt: Iso | null;
  note: string | null;
}

/** A change of a paid subscription that matters for revenue. */
export interface Upgrade {
  id: string;
  account: string;
  product: string;
  subscriptionId: string;
  version: number;
  fromPlan: string | null;
  toPlan: string | null;
  fromMrrCents: Cents;
  toMrrCents: Cents;
  /** (to − from) × 12; negative for a contraction. */
  acvCents: Cents;
  /** When we heard of it. */
  at: Iso;
}

export interface Credit {
  upgradeId: string;
  triggerEventId: string;
  account: string;
  product: string;
  trigger: string;
  acvCents: Cents;
  touches: number;
  accountManager: string | null;
  reason: string;
  at: Iso;
}

export interface Unattributed {
  upgradeId: string;
  account: string;
  product: string;
  acvCents: Cents;
  reason: string;
}

export type TrialState = 'offered' | 'granting' | 'active' | 'converted' | 'reverted' | 'refused' | 'expired';

export interface Offer {
  id: string;
  account: string;
  product: string;
  fromPlan: string;
  toPlan: string;
  triggerEventId: string | null;
  state: TrialState;
  expiresAt: Iso;
  createdAt: Iso;
}

export type { Channel, HoldFor, TriggerKind };
