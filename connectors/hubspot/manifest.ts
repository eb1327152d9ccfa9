import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

/**
 * Date-versioned paths: `/v1/`–`/v4/` lose their support in 2027, a date version lives 18 months.
 * https://developers.hubspot.com/changelog/legacy-apis-and-legacy-apps-whats-going-unsupported-and-when
 */
export const API_VERSION = '2026-09';

export const DEFAULT_ACCOUNT_KEY = 'headroom_account_id';

const property = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected the internal name of a property, such as headroom_arr');
const zone = z.string().refine((name) => IANAZone.isValidZone(name), 'expected an IANA zone such as America/New_York');

export const settings = z.object({
  account_key: property.default(DEFAULT_ACCOUNT_KEY).meta({
    description: 'Company property that holds your account id; made as a unique property where it is missing',
  }),
  user_id_property: property
    .default('headroom_user_id')
    .meta({ description: "Contact property that holds the user's id in your product" }),
  admin_property: property.default('headroom_role').meta({
    description: 'Contact property that says who administers the account; hs_buying_role works too',
    examples: ['headroom_role', 'hs_buying_role'],
  }),
  admin_value: z.string().min(1).default('admin').meta({ description: 'Its value for an admin' }),
  csm_property: property
    .default('headroom_csm')
    .meta({ description: 'Company property (HubSpot user) that holds the customer success manager' }),
  segment_property: property
    .default('headroom_segment')
    .meta({ description: 'Company property: smb, mid_market or enterprise' }),
  timezone_property: property.default('timezone').meta({ description: "Company property: the account's IANA zone" }),
  arr_property: property
    .default('headroom_arr')
    .meta({ description: 'Company property: yearly recurring revenue, in whole currency units' }),
  renewal_property: property.default('headroom_renewal_date').meta({ description: 'Company property: a date' }),
  severe_priorities: z
    .array(z.string().min(1))
    .default(['HIGH', 'URGENT'])
    .meta({ description: 'Ticket priorities (hs_ticket_priority) that hold prompts back while the ticket is open' }),
  severe_pipelines: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Ids of the ticket pipelines that count; absent: all' }),
  marketing_subscriptions: z
    .array(z.string().regex(/^\d+$/, 'expected the digits of a subscription type, in quotes'))
    .optional()
    .meta({
      description:
        'Subscription types whose opt-out means "no marketing from us"; absent: an opt-out of any type does, whatever its purpose',
    }),
  portal_timezone: zone.optional().meta({
    description: "The HubSpot account's zone: its daily quota starts anew at midnight there. Absent: the company's",
  }),
});
export type HubSpotSettings = z.output<typeof settings>;

/**
 * Scopes: crm.objects.companies.read/.write, crm.objects.contacts.read/.write (activities fall under contacts),
 * sales-email-read, crm.objects.owners.read, tickets, crm.schemas.companies.read/.write, crm.schemas.contacts.read.
 */
export const manifest: Manifest = {
  name: 'hubspot',
  title: 'HubSpot',
  settings,
  auth: ['token'],
  hosts: () => ['api.hubapi.com'],
  apiVersion: { name: API_VERSION, url: 'https://developers.hubspot.com/docs/api-reference/latest' },
  // Of a Professional account; the headers of every answer say the account's own.
  // https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
  limits: [
    { name: 'burst', max: 190, per: '10s' },
    { name: 'daily', max: 650_000, per: 'day', zoneSetting: 'portal_timezone' },
  ],
  needsAccountKey: true,
  webhook: true,
  provides: ['crm'],
};
