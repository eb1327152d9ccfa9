import { z } from 'zod';
import type { Manifest } from '../kit/connector.ts';

/**
 * Summer '26; orgs get a release weeks apart, so that the newest one may not be there yet. A version lives at least
 * three years: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm
 */
export const API_VERSION = '67.0';

export const DEFAULT_ACCOUNT_KEY = 'Headroom_Account_Id__c';

const field = z
  .string()
  .regex(/^[A-Za-z]\w{0,79}$/, 'expected the API name of a field, such as Headroom_ARR__c')
  .meta({ examples: ['Headroom_ARR__c'] });
const values = z.array(z.string().min(1));

export const settings = z
  .object({
    my_domain: z
      .string()
      .regex(
        /^[a-z0-9-]+(\.[a-z0-9-]+)*\.my\.(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)$/,
        'expected the host of My Domain, such as acme.my.salesforce.com',
      )
      .meta({
        description: 'Setup > My Domain > Current My Domain URL. The only host that this connection reaches',
        examples: ['acme.my.salesforce.com', 'acme--uat.sandbox.my.salesforce.com'],
      }),
    flow: z.enum(['client_credentials', 'jwt_bearer']).default('client_credentials').meta({
      description:
        'How the External Client App signs in: `client_credentials` with `auth.client_secret`, as the app’s Run As user; `jwt_bearer` with `auth.private_key`, as `username`',
    }),
    username: z.string().min(1).optional().meta({ description: 'Of the integration user; for `jwt_bearer`' }),
    audience: z.enum(['https://login.salesforce.com', 'https://test.salesforce.com']).optional().meta({
      description:
        'Audience of the signed token of `jwt_bearer`. Absent: test.salesforce.com for a My Domain of a sandbox, else login.salesforce.com',
    }),
    account_key: field.default(DEFAULT_ACCOUNT_KEY).meta({
      description: 'Account field (text, external id, unique) that holds your account id',
    }),
    account_types: values.optional().meta({
      description: 'Values of Account.Type that are read, such as Customer; absent: all accounts, prospects included',
    }),
    csm_field: field.optional().meta({ description: 'Account field (lookup to User): the customer success manager' }),
    segment_field: field.optional().meta({ description: 'Account field: smb, mid_market or enterprise' }),
    timezone_field: field.optional().meta({ description: "Account field: the account's IANA zone" }),
    arr_field: field.optional().meta({
      description: 'Account field: yearly recurring revenue. (AnnualRevenue is what the company itself turns over)',
    }),
    renewal_field: field.optional().meta({ description: 'Account field: a date' }),
    renewal_opportunities: values.optional().meta({
      description:
        'Values of Opportunity.Type that are renewals: the next open one gives renewal date and ARR where the fields above give none',
    }),
    admin_field: field.optional().meta({ description: 'Contact field that says who administers the account' }),
    admin_value: z.string().min(1).default('admin').meta({ description: 'Its value for an admin' }),
    user_id_field: field.optional().meta({ description: "Contact field that holds the user's id in your product" }),
    no_contact_field: field.optional().meta({
      description:
        'Contact field (checkbox, a formula works too) for "no mail at all"; Email Opt Out alone stops marketing mail',
    }),
    priority_field: field.default('Priority').meta({ description: 'Case field that says how bad it is' }),
    severe_priorities: values.default(['High', 'Critical']).meta({
      description: 'Its values that hold prompts back while the case is open',
    }),
    failed_calls: values.default(['No Answer', 'Busy', 'Wrong Number']).meta({
      description: 'Call results (Task.CallDisposition) that are no contact',
    }),
    task_key_field: field.optional().meta({
      description:
        'Activity field (text, 64 or longer) for our key of a task. Absent: the key is looked for in the comments of the account’s tasks',
    }),
    task_key_is_external_id: z.boolean().default(false).meta({
      description:
        'True where that field is an External ID and unique: then Salesforce itself keeps a task from being made twice',
    }),
    completed_status: z
      .string()
      .min(1)
      .default('Completed')
      .meta({ description: 'Task status of a task that is done' }),
  })
  .refine(({ flow, username }) => flow !== 'jwt_bearer' || username !== undefined, {
    path: ['username'],
    error: 'flow: jwt_bearer needs the username of the integration user',
  })
  .refine((all) => !all.task_key_is_external_id || all.task_key_field !== undefined, {
    path: ['task_key_field'],
    error: 'task_key_is_external_id: true needs the name of that field',
  });
export type SalesforceSettings = z.output<typeof settings>;

export const manifest: Manifest = {
  name: 'salesforce',
  title: 'Salesforce',
  settings,
  auth: ['client_id', 'client_secret?', 'private_key?'],
  hosts: ({ my_domain }) => (typeof my_domain === 'string' ? [my_domain] : []),
  apiVersion: {
    name: `v${API_VERSION}`,
    url: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm',
  },
  // For all of an org's integrations together; every answer says how many are left and of how many.
  // https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-api.html
  limits: [
    { name: 'daily', max: 100_000, per: '24h' },
    { name: 'concurrent', max: 25, per: 'at_once' },
  ],
  needsAccountKey: true,
  webhook: false,
  provides: ['crm'],
};
