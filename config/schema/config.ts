import { z } from 'zod';
import { guardrails } from './guardrails.ts';
import { fact, metric, product } from './plans.ts';
import { onboardingSequence, play } from './plays.ts';
import { trigger } from './triggers.ts';
import { duration, key, mailDomain, positiveDuration, secretReference, secretReferences, slug } from './values.ts';

/** One set of credentials for a vendor. Settings beyond these are the connector's own and checked by its manifest. */
export const connection = z.looseObject({
  connector: key.describe('The vendor'),
  mode: z.enum(['sandbox', 'live']).describe("`sandbox` reaches loopback only, `live` that vendor's hosts only"),
  account_key: z
    .string()
    .optional()
    .describe("The vendor's field that holds our account id. Nothing is matched by domain or name."),
  auth: z.record(key, secretReference).default({}).describe('References to secrets, never the values'),
  webhook_secret: secretReferences
    .optional()
    .describe('What the vendor signs its webhooks with. While it is changed, a list of two: both are believed'),
  expires: z
    .record(key, z.iso.date())
    .optional()
    .describe('The day on which a credential ends, by its name in `auth`: its owner is warned 14, 3 and 1 days before'),
  limits: z
    .record(key, z.number().int().positive())
    .optional()
    .describe("Other numbers than the vendor's usual limits, by the names that the connector gives them"),
  sandbox_url: z.string().optional().describe('Where the simulator listens; only with mode: sandbox'),
});

/** Names that every connection has; all others are the connector's own settings, checked by its manifest. */
export const CONNECTION_SETTINGS: readonly string[] = Object.keys(connection.shape);

const DAY = 86_400_000;

export const config = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).describe('The version of this format: 1'),
  company: z.strictObject({
    name: z.string().min(1).describe('As customers know it'),
    timezone: z
      .string()
      .describe('IANA zone, such as America/New_York')
      .meta({ examples: ['America/New_York'] }),
    currency: z
      .string()
      .length(3)
      .describe('ISO 4217, such as usd')
      .meta({ examples: ['usd'] }),
    mail_from: z
      .string()
      .default('Customer success <success@company.example>')
      .describe('Address of mails: From and Reply-To'),
    postal_address: z
      .string()
      .optional()
      .describe('Postal address in the footer of marketing mail (required by law in many places)'),
    accounts_expected: z
      .number()
      .int()
      .positive()
      .default(1_000)
      .describe('About how many accounts there are: for the estimate of calls per hour'),
    own_domains: z
      .array(mailDomain)
      .default([])
      .describe('Addresses at these domains are our own: their accounts are tests and get nothing'),
  }),
  connections: z.record(key, connection).describe('One set of credentials for a vendor each'),
  products: z.record(key, product),
  metrics: z.record(key, metric).describe('What plans limit'),
  facts: z.record(key, fact).default({}).describe('Every other number that conditions and templates may use'),
  triggers: z.record(key, trigger).describe('When something is worth doing'),
  play_order: z.array(key).describe("Highest first: a person's talk before an automatic message"),
  plays: z.record(key, play).describe('What is done, step by step'),
  guardrails: guardrails.prefault({}).describe('What no play may overstep'),
  trials: z
    .strictObject({
      length: positiveDuration.default(14 * DAY).describe('How long a trial runs'),
      tier: z.literal('next').default('next').describe('The plan that is tried: the next one'),
      remind_before: duration.default(3 * DAY).describe('When the reminder leaves, before the end'),
      approval_above: z
        .strictObject({ monthly: z.number().nonnegative() })
        .optional()
        .describe('Above this monthly price (whole currency units) the trial needs a RevOps yes'),
      offer_expires: positiveDuration.default(14 * DAY).describe('How long the button of an alert starts a trial'),
      mails: z
        .strictObject({ started: slug.optional(), reminder: slug.optional(), ended: slug.optional() })
        .default({})
        .describe('Service mails of a trial, by moment; each names a template'),
    })
    .prefault({}),
  attribution: z
    .strictObject({
      model: z
        .enum(['last_engaged', 'first'])
        .default('last_engaged')
        .describe('Credit goes to the last contact that was answered, or to the first one'),
      window: positiveDuration.default(60 * DAY).describe('How long after a touch an upgrade may be credited to it'),
      contraction: duration.default(90 * DAY).describe('A downgrade within this time takes credit back'),
      unpaid: duration
        .default(21 * DAY)
        .describe('An upgrade whose invoice stays unpaid for so long after it was due is taken back'),
    })
    .prefault({}),
  onboarding: z.record(key, onboardingSequence).default({}).describe('By plan: what follows an upgrade to it'),
  identity: z
    .strictObject({
      primary_admin: z
        .array(z.enum(['crm_role', 'billing_contact', 'oldest_admin']))
        .min(1)
        .default(['crm_role', 'billing_contact', 'oldest_admin'])
        .describe('Who is written to: the first that exists'),
    })
    .prefault({}),
  roles: z
    .partialRecord(z.enum(['am', 'revops', 'admin']), z.array(z.string()))
    .optional()
    .describe('Who may act: e-mail addresses, env:NAME or owner_in_crm'),
  routing: z.strictObject({
    account_manager: z.literal('owner_in_crm').default('owner_in_crm').describe('Who gets alerts'),
    csm: z
      .enum(['csm_in_crm', 'owner_in_crm'])
      .default('owner_in_crm')
      .describe('Who gets alerts for the CSM, and check-ins'),
    fallback: z
      .strictObject({ slack: z.string(), email: z.string().describe('An address, or env:NAME') })
      .describe('Who is told when an account has nobody'),
  }),
});

export type Connection = z.output<typeof connection>;
export type Config = z.output<typeof config>;
export type ConfigInput = z.input<typeof config>;
