/**
 * The frame of the vendor simulators. A twin is one vendor on loopback: it speaks the vendor's documented wire,
 * keeps state, and writes what became visible to people into the ledger. It knows nothing of the hub's code.
 */
import type { FastifyInstance } from 'fastify';
import type { Iso, Json } from '../../domain/model.ts';
import type { Exchange } from './recording.ts';

// ---- world rows (NDJSON of a usage file) ------------------------------------------------------------------------------

export interface WorldAccount {
  type: 'account';
  receivedAt: Iso;
  account: string;
  name: string;
  segment: 'smb' | 'mid_market' | 'enterprise';
  employees: number;
  timezone: string;
  region: 'us' | 'eu';
  arrCents: number;
  renewalDate: string;
  admin: { id: string; email: string; role: string };
  owner: { id: string; email: string };
}
export interface WorldSubscription {
  type: 'subscription';
  receivedAt: Iso;
  account: string;
  product: string;
  plan: string | null;
  mrrCents: number;
  periodStart: Iso;
  periodEnd: Iso;
}
export interface WorldReading {
  type: 'reading';
  receivedAt: Iso;
  observedAt: Iso;
  id: string;
  account: string;
  product: string;
  metric: string;
  used: number;
  limit: number | null;
  periodStart: Iso | null;
  periodEnd: Iso | null;
  corrects?: string;
}
export interface WorldEvent {
  type: 'event';
  receivedAt: Iso;
  occurredAt: Iso;
  id: string;
  account: string;
  product: string;
  name: string;
  user: string;
  properties: Record<string, Json>;
}
export interface WorldTicket {
  type: 'ticket';
  receivedAt: Iso;
  id: string;
  account: string;
  severity: 'low' | 'normal' | 'severe';
  state: 'open' | 'closed';
}
export interface WorldIncident {
  type: 'incident';
  receivedAt: Iso;
  id: string;
  scope: string;
  state: 'started' | 'ended';
}
export interface WorldConsent {
  type: 'consent';
  receivedAt: Iso;
  person: string;
  category: 'marketing' | 'product';
  state: 'opted_out' | 'opted_in';
}
export interface WorldAmContact {
  type: 'am_contact';
  receivedAt: Iso;
  account: string;
  by: string;
  channel: 'call' | 'email' | 'meeting';
}
export type WorldRow =
  | WorldAccount
  | WorldSubscription
  | WorldReading
  | WorldEvent
  | WorldTicket
  | WorldIncident
  | WorldConsent
  | WorldAmContact;

// ---- ledger -----------------------------------------------------------------------------------------------------------

/** What a person at the vendor could see, or what the hub was told. Append only. */
export interface LedgerEntry {
  /** Business time. */
  at: Iso;
  wireAt: number;
  vendor: string;
  kind:
    | 'mail'
    | 'chat_message'
    | 'chat_update'
    | 'task_created'
    | 'task_updated'
    | 'account_tagged'
    | 'subscription_created'
    | 'subscription_changed'
    | 'subscription_ended'
    | 'prompt_shown'
    | 'event_imported'
    /** The hub read, or was sent, a fact that a guardrail rests on (see `fact`). */
    | 'fact_told'
    /** A simulated person acted (see `act`). */
    | 'act';
  account: string | null;
  product?: string | null;
  /** Address or channel it reached. */
  to?: string | null;
  /** The vendor's id of the thing. */
  id: string;
  /** The hub's own marker or key as visible on the wire (Message-ID, task marker, idempotency key). */
  key?: string | null;
  summary: string;
  fact?: {
    rule: 'severe_ticket' | 'opted_out' | 'am_contact' | 'incident' | 'overdue';
    id: string;
    state: 'open' | 'closed';
  };
  act?: string;
  data?: Json;
}

// ---- what twins get and give --------------------------------------------------------------------------------------------

/** Things that happen at one vendor and concern others: people and other twins listen. */
export interface SandboxEvents {
  'mail.delivered': {
    to: string;
    from: string;
    subject: string;
    text: string;
    html: string;
    links: string[];
    messageId: string;
    headers: Record<string, string>;
    at: Iso;
  };
  'chat.message': { channel: string; ts: string; text: string; blocks: Json; updated: boolean; at: Iso };
  'crm.task': {
    id: string;
    companyId: string;
    account: string | null;
    ownerId: string | null;
    subject: string;
    body: string;
    status: string;
    at: Iso;
  };
  'prompt.seen': { key: string; account: string; user: string; title: string; link: string | null; at: Iso };
  /** The paid plan of an account changed at billing, whoever caused it; limits of later usage follow it. */
  'billing.plan_changed': {
    account: string;
    product: string;
    plan: string | null;
    cause: 'world' | 'customer' | 'hub';
    at: Iso;
  };
}
export type SandboxEventName = keyof SandboxEvents;

export interface Delivery {
  path: string;
  method: 'POST' | 'GET';
  headers: Record<string, string>;
  body: string;
  retry: { attempts: number; firstWaitMs: number };
  /** What differs between attempts, where the vendor counts them, or signs each with its moment and the whole address. */
  perAttempt?: (attempt: { number: number; url: string }) => { headers?: Record<string, string>; body?: string };
}

export interface TwinContext {
  /** Business time as ISO text / ms. */
  now: () => Iso;
  nowMs: () => number;
  /** Wire delay in ms until a business moment. */
  wireDelayUntil: (at: Iso) => number;
  /** Runs at a business moment; cancelled when the sandbox stops. */
  at: (when: Iso, run: () => void | Promise<void>) => void;
  record: (entry: Omit<LedgerEntry, 'at' | 'wireAt' | 'vendor'>) => void;
  emit: <N extends SandboxEventName>(name: N, event: SandboxEvents[N]) => void;
  on: <N extends SandboxEventName>(name: N, listen: (event: SandboxEvents[N]) => void) => void;
  /** Delivers a webhook to the hub: recorded, retried as the vendor would on failure; null until a hub is known. */
  deliver: (request: Delivery) => Promise<{ status: number; body: string } | null>;
  /** Shared view of who is who in the world. */
  directory: Directory;
  /** The secrets that this twin accepts and signs with, by environment variable name. */
  secrets: Record<string, string>;
  /** False: the vendor's rate limits are lifted, where the hub's own speed is measured. */
  rateLimits: boolean;
  log: (line: string) => void;
}

export interface Directory {
  accounts: Map<string, WorldAccount>;
  /** Plan and limits by product and plan key, and monthly cents. */
  catalogue: Record<
    string,
    Record<string, { mrrCents: number | null; limits: Record<string, number | null>; priceKey: string }>
  >;
  accountOfEmail: (email: string) => string | null;
  planOf: (account: string, product: string) => string | null;
}

export type RecordExchange = (exchange: Omit<Exchange, 'vendor' | 'at' | 'direction'>) => void;

export interface Twin {
  /** The vendor's name: also the connector's. */
  name: string;
  /**
   * HTTP twins add their routes; the frame puts auth-neutral faults and recording around them. Called again when the
   * twin comes back from an outage: what the vendor remembers must live outside.
   */
  routes?: (server: FastifyInstance) => void | Promise<void>;
  /**
   * Twins that are not HTTP (SMTP) listen by themselves, tell the recording what passed, and say where they are; on a
   * free port for 0.
   */
  listen?: (recordExchange: RecordExchange, port: number) => Promise<{ url: string; close: () => Promise<void> }>;
  /** A fact of the world becomes true at this vendor. Rows come in order of receivedAt. */
  apply: (row: WorldRow) => void;
  /** What simulated people can do here, by name; arguments and answers are JSON. */
  acts: Record<string, (input: Record<string, Json>) => Promise<Json>>;
  /** Read-only pages for people (`--keep`), such as the mailbox viewer, under /_view. */
  view?: (server: FastifyInstance) => void;
}

export type MakeTwin = (context: TwinContext) => Twin;
