import { z } from 'zod';
import { guardrails } from './guardrails.ts';
import { fact, metric, product } from './plans.ts';
import { onboardingSequence, play } from './plays.ts';
import { trigger } from './triggers.ts';
import { duration, key, secretReference } from './values.ts';

/** One set of credentials for a vendor. Settings beyond these are the connector's own and checked by its manifest. */
export const connection = z.looseObject({
  connector: key,
  /** `sandbox` reaches loopback only, `live` that vendor's hosts only. */
  mode: z.enum(['sandbox', 'live']),
  /** The vendor's field that holds our account id. Nothing is matched by domain or name. */
  account_key: z.string().optional(),
  auth: z.record(key, secretReference).default({}),
  webhook_secret: secretReference.optional(),
  /** Where the simulator listens; only with mode: sandbox. */
  sandbox_url: z.string().optional(),
});

const DAY = 86_400_000;

export const config = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  company: z.strictObject({
    name: z.string().min(1),
    timezone: z.string(),
    currency: z.string().length(3),
    /** Address of mails: From and Reply-To. */
    mail_from: z.string().default('Customer success <success@company.example>'),
    /** Postal address in the footer of marketing mail (required by law in many places). */
    postal_address: z.string().optional(),
    accounts_expected: z.number().int().positive().default(1_000),
    /** Addresses at these domains are our own: their accounts are tests and get nothing. */
    own_domains: z.array(z.string()).default([]),
  }),
  connections: z.record(key, connection),
  products: z.record(key, product),
  metrics: z.record(key, metric),
  facts: z.record(key, fact).default({}),
  triggers: z.record(key, trigger),
  /** Highest first: a person's talk before an automatic message. */
  play_order: z.array(key),
  plays: z.record(key, play),
  guardrails: guardrails.prefault({}),
  trials: z
    .strictObject({
      length: duration.default(14 * DAY),
      tier: z.literal('next').default('next'),
      remind_before: duration.default(3 * DAY),
      /** Above this monthly price (whole currency units) the trial needs a RevOps yes. */
      approval_above: z.strictObject({ monthly: z.number().nonnegative() }).optional(),
      offer_expires: duration.default(14 * DAY),
      /** Service mails of a trial, by moment; each names a template. */
      mails: z.strictObject({ started: key.optional(), reminder: key.optional(), ended: key.optional() }).default({}),
    })
    .prefault({}),
  attribution: z
    .strictObject({ model: z.enum(['last_engaged', 'first']).default('last_engaged'), window: duration.default(60 * DAY), contraction: duration.default(90 * DAY) })
    .prefault({}),
  onboarding: z.record(key, onboardingSequence).default({}),
  identity: z
    .strictObject({ primary_admin: z.array(z.enum(['crm_role', 'billing_contact', 'oldest_admin'])).min(1).default(['crm_role', 'billing_contact', 'oldest_admin']) })
    .prefault({}),
  /** Who may act: `am` and `revops` hold e-mail addresses, env: references or owner_in_crm. */
  roles: z.partialRecord(z.enum(['am', 'revops', 'admin']), z.array(z.string())).optional(),
  routing: z.strictObject({
    account_manager: z.literal('owner_in_crm').default('owner_in_crm'),
    csm: z.enum(['csm_in_crm', 'owner_in_crm']).default('owner_in_crm'),
    fallback: z.strictObject({ slack: z.string(), email: z.string() }),
  }),
});

export type Connection = z.output<typeof connection>;
export type Config = z.output<typeof config>;
export type ConfigInput = z.input<typeof config>;
