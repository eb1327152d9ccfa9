/**
 * What connectors offer, by capability. A play names a capability, config picks the connection.
 * Reads are bulk and come in pages; writes are `WriteOperation`s, sent by the effect ledger alone.
 */
import type {
  Account,
  Cents,
  FactValue,
  Iso,
  Json,
  Outreach,
  Reading,
  Subscription,
  TeamMember,
  Ticket,
} from '../../domain/model.ts';
import type { Call, WriteOperation } from './operation.ts';

// ---- usage source ---------------------------------------------------------------------------------------------------

export interface MetricRead {
  metric: string;
  product: string;
  resets: 'billing_period' | 'never';
  /** The connector's own words, checked by its `readSchema`. */
  read: Record<string, unknown>;
}
export interface FactRead {
  fact: string;
  read: Record<string, unknown>;
}
export interface UsageRequest {
  metrics: MetricRead[];
  facts: FactRead[];
  /** Billing periods by account and product: counters are summed within them. */
  periodOf: (account: string, product: string) => { start: Iso; end: Iso } | null;
  /** What the connector returned last time; null at the first read. */
  checkpoint: Json;
  /** Business time. */
  now: Iso;
}
export interface UsagePage {
  readings: Reading[];
  facts: { account: string; fact: string; value: FactValue }[];
  /** Rows that could not be understood: kept with the reason, never fatal. */
  rejects: { row: Json; reason: string }[];
  /** After the last page of a whole read: an absent account of a counter is 0. False when the vendor truncated. */
  complete: boolean;
  checkpoint: Json;
}
/** What is written back to the analytics tool: our trigger events and outcomes. */
export interface OutcomeEvent {
  name: string;
  account: string;
  /** Fixed once; part of the vendor's de-duplication. */
  at: Iso;
  properties: Record<string, FactValue>;
}
/** A group of users at the vendor, as config names it. */
export type CohortName = { id: string } | { name: string };
/** What a vendor pushes of such a group: the body of the event `usage.cohort`. */
export interface CohortChange {
  /** A replacement counts once all pages of its session are here; the others at once. */
  action: 'replace' | 'add' | 'remove';
  cohort: { id: string; name: string };
  session: string;
  page: number;
  pages: number;
  /** The vendor's id of the user, and the accounts of ours that it names. */
  members: { id: string; accounts: string[] }[];
}
export interface UsageSource {
  /** The group that a fact counts, where the vendor pushes its members; null for what a sweep reads. */
  cohortOf?: (read: Record<string, unknown>) => CohortName | null;
  readUsage: (request: UsageRequest, call: Call) => AsyncIterable<UsagePage>;
  writeBack?: WriteOperation<OutcomeEvent[], Json, { imported: number }>;
}

// ---- billing --------------------------------------------------------------------------------------------------------

/** A customer's whole billing picture, as it stands now. */
export interface BillingCustomer {
  customerId: string;
  /** From the configured account_key; null: not linked. */
  account: string | null;
  email: string | null;
  /** Paid subscriptions only; `product` and `plan` by the price names of config. */
  subscriptions: Omit<Subscription, 'version' | 'changedAt'>[];
  trials: BillingTrial[];
  /** What is paid for, or tried out, and has no name in config: never taken for cancelled. */
  unnamed: UnnamedItem[];
  overdueInvoices: OverdueInvoice[];
  /** The vendor says that it was deleted: all of the above is empty, and its account is the one it was linked to. */
  deleted?: true;
}
/** An item of a live subscription whose price config does not name: an add-on, or a plan it does not know, or no longer. */
export interface UnnamedItem {
  /** The vendor's. Our rows of it have this id, or this id, a colon and the item's. */
  subscriptionId: string;
  itemId: string;
  /** As config would name it. */
  price: string;
  /** In the row with the subscription's id already, where there is one. */
  mrrCents: Cents;
}
export interface OverdueInvoice {
  id: string;
  amountCents: Cents;
  dueAt: Iso;
  /** The vendor's subscription that it is for. */
  subscriptionId: string | null;
  /** When a change of that subscription made it; null for renewals and others. */
  changeIssuedAt: Iso | null;
}
/** An invoice as it stands now. `written_off`: void, uncollectible, or credited away: nobody pays it, though some do later. */
export interface BilledInvoice {
  id: string;
  customerId: string | null;
  state: 'open' | 'paid' | 'written_off';
  /** As in OverdueInvoice. */
  subscriptionId: string | null;
  changeIssuedAt: Iso | null;
}
export interface BillingTrial {
  subscriptionId: string;
  offerId: string;
  product: string;
  plan: string;
  status: 'trialing' | 'ended' | 'cancelled';
  endsAt: Iso;
}
export interface PlanPrice {
  product: string;
  plan: string;
  priceId: string;
  unitCents: Cents | null;
  monthlyCents: Cents | null;
}
export interface ChangePreview {
  dueNowCents: Cents;
  currency: string;
  newMonthlyCents: Cents;
  /** Seconds since 1970: the change itself must use the same. */
  prorationDate: number;
}
export interface TrialInput {
  offerId: string;
  account: string;
  customerId: string;
  originalSubscriptionId: string;
  priceId: string;
  quantity: number;
  product: string;
  plan: string;
  /** Wire seconds since 1970 at which the vendor ends it. */
  trialEnd: number;
  journeyId: string | null;
}
export interface Billing {
  readCustomers: (call: Call) => AsyncIterable<BillingCustomer[]>;
  /** Null: never there, as far as these credentials see; which is no reason to take anything for cancelled. */
  readCustomer: (customerId: string, call: Call) => Promise<BillingCustomer | null>;
  /** Null: deleted, or never there. */
  readInvoice: (invoiceId: string, call: Call) => Promise<BilledInvoice | null>;
  readPrices: (call: Call) => Promise<PlanPrice[]>;
  previewChange: (
    input: {
      customerId: string;
      subscriptionId: string;
      itemId: string;
      priceId: string;
      quantity: number;
      prorationDate: number;
    },
    call: Call,
  ) => Promise<ChangePreview>;
  /** A short-lived page of the vendor where the customer confirms the change. Made on click, never stored. */
  upgradeLink: (
    input: {
      customerId: string;
      subscriptionId: string;
      itemId: string;
      priceId: string;
      quantity: number;
      returnUrl: string;
    },
    call: Call,
  ) => Promise<string>;
  entitlements: (customerId: string, call: Call) => Promise<string[]>;
  startTrial: WriteOperation<TrialInput, Json, { subscriptionId: string; endsAt: Iso }>;
  endTrial: WriteOperation<{ subscriptionId: string }, Json, { subscriptionId: string }>;
  changePlan: WriteOperation<
    { subscriptionId: string; itemId: string; priceId: string; quantity: number; prorationDate: number },
    Json,
    { subscriptionId: string; status: 'changed' | 'pending_payment' }
  >;
}

// ---- crm ------------------------------------------------------------------------------------------------------------

export interface CrmContact {
  externalId: string;
  email: string;
  name: string | null;
  /** True when the CRM names this person as the account's admin. */
  isAdmin: boolean;
  /** The user id in our own product, where the CRM carries it. */
  userId: string | null;
  optedOutOfMarketing: boolean;
  /** True when the contact may get nothing at all, service mail included. */
  optedOutOfAll: boolean;
  hardBounced: boolean;
  createdAt: Iso | null;
}
/** How far back `CrmAccount.outreach` goes, in business time: longer than any hold that outreach causes. */
export const OUTREACH_LOOK_BACK_MS = 90 * 86_400_000;

export interface CrmAccount {
  externalId: string;
  /** From the configured account_key; null: not linked. */
  account: string | null;
  profile: Pick<Account, 'name' | 'segment' | 'timezone' | 'ownerId' | 'csmId' | 'arrCents' | 'renewalOn'>;
  contacts: CrmContact[];
  tickets: Ticket[];
  /** Of OUTREACH_LOOK_BACK_MS up to now. */
  outreach: Outreach[];
  /** True where `outreach` lists only what changed since the last read: what is not in it is still there. */
  changedOutreachOnly?: boolean;
}
/** Which record of the vendor changed: the body of the event `crm.changed`. `type` in the connector's own words. */
export interface CrmRecord {
  type: string;
  id: string;
}
export interface TaskInput {
  companyId: string;
  contactId: string | null;
  ownerId: string | null;
  subject: string;
  body: string;
  dueAt: Iso;
  priority: 'LOW' | 'MEDIUM' | 'HIGH';
  /** Unique text in the body by which `find` knows the task again. */
  marker: string;
}
export interface Crm {
  /** Once per process and portal: creates the properties we write, where they are missing. */
  ensureProperties: (call: Call) => Promise<void>;
  readAccounts: (call: Call) => AsyncIterable<CrmAccount[]>;
  /** Strongly consistent, for the guardrails: the same picture of these companies, now. */
  readAccountsById: (externalIds: string[], call: Call) => Promise<CrmAccount[]>;
  /**
   * External ids of the accounts that one of the vendor's records belongs to, strongly consistent. Absent: what changes is
   * always the account's own record.
   */
  accountsOf?: (record: CrmRecord, call: Call) => Promise<string[]>;
  /** All of them: whoever is not listed, or not as active, has left and gets no task. */
  readOwners: (call: Call) => Promise<TeamMember[]>;
  createTask: WriteOperation<TaskInput, Json, { taskId: string }>;
  completeTask: WriteOperation<{ taskId: string; note: string }, Json, { taskId: string }>;
  /** QBR tag and trigger fields, as properties of the company. */
  tagAccount: WriteOperation<{ companyId: string; fields: Record<string, string> }, Json, { companyId: string }>;
}

// ---- chat -----------------------------------------------------------------------------------------------------------

export interface AlertButton {
  action: 'start_trial' | 'on_it';
  label: string;
  /** Opaque id that comes back with the click: the offer or the trigger event. Never a price or a customer id. */
  value: string;
  confirm?: string;
}
export interface AlertInput {
  /** Channel name or id, or the e-mail address of one of our people (a direct message). */
  to: string;
  title: string;
  /** Shown at a glance: 95 % of api_calls, 9 days left, with a bar. */
  meters: { name: string; used: number; limit: number | null; utilization: number | null; unit: string }[];
  forecast: string | null;
  facts: { label: string; value: string }[];
  why: string;
  recommendation: string;
  buttons: AlertButton[];
  /** What happened since: "Trial started by Ana at 14:02". Buttons are gone when it is final. */
  status: string | null;
  /** Raised with each update: a late one never overwrites a newer one. */
  version: number;
  marker: string;
}
export interface Chat {
  /** `to`: the address or channel that got it; null where only a look-up says that somebody did. */
  postAlert: WriteOperation<AlertInput, Json, { channel: string; ts: string; to: string | null }>;
  updateAlert: WriteOperation<AlertInput & { channel: string; ts: string }, Json, { channel: string; ts: string }>;
  /** The person behind a click, by the vendor's user id: e-mail for the role check. */
  userEmail: (userId: string, call: Call) => Promise<string | null>;
}

// ---- message --------------------------------------------------------------------------------------------------------

export interface MessageInput {
  effectKey: string;
  account: string;
  /** Person key (normalised address) and, for in-app, the product's own user id. */
  to: { email: string; name: string | null; userId: string | null };
  from: string;
  subject: string;
  html: string;
  text: string;
  /** The call to action, already a tracked link. */
  link: { label: string; url: string } | null;
  unsubscribeUrl: string | null;
  category: 'service' | 'marketing';
  expiresAt: Iso | null;
}
export interface MessageChannel {
  send: WriteOperation<MessageInput, Json, { messageId: string }>;
}

// ---- inbound --------------------------------------------------------------------------------------------------------

/** One vendor event after its signature held. `object` orders: events of one object are handled one after another. */
export interface InboundEvent {
  id: string;
  type: string;
  object: string;
  occurredAt: Iso | null;
  body: Json;
}
export type IngestResult =
  | { kind: 'accepted'; events: InboundEvent[]; reply?: { contentType: string; body: string } }
  | { kind: 'challenge'; contentType: string; body: string }
  | {
      kind: 'refused';
      status: 400 | 401 | 413 | 415 | 503;
      reason: string;
      /** Where the vendor shows our words to a person and wants them in a form of its own. */
      reply?: { contentType: string; body: string };
    };
export interface WebhookRequest {
  method: string;
  /** The public URL as the vendor called it. */
  url: string;
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
  /** Wire time, ms since 1970. */
  receivedAt: number;
}
export type ReceiveWebhook = (request: WebhookRequest) => IngestResult;

/** What a relay tells of a mail of ours, or of an address; `type` of the event is `mail.reported`. */
export interface MailReport {
  kind: 'bounced' | 'complained' | 'replied';
  /** False for a bounce that may pass and for an automatic answer. */
  counts: boolean;
  /** `<left@right>`, any of which may be ours. */
  messageIds: string[];
  /** Whom the mail was for, or who answered; needed where no id is known. */
  address: string | null;
  reason: string | null;
}

export interface Capabilities {
  usage?: UsageSource;
  billing?: Billing;
  crm?: Crm;
  chat?: Chat;
  message?: MessageChannel;
  receive?: (request: WebhookRequest) => IngestResult | Promise<IngestResult>;
  /** A cheap authenticated call: do the credentials work? */
  check?: (call: Call) => Promise<void>;
}
