/** What Salesforce answers, as far as we read it. */
import { z } from 'zod';

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm; nothing says when it ends. */
export const tokenReply = z.object({ access_token: z.string().min(1), instance_url: z.url() });

/** OAuth errors are one object. */
export const oauthError = z.object({ error: z.string(), error_description: z.string().optional() });

/** All others are a list: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export const errorList = z.array(
  z.object({ message: z.string(), errorCode: z.string(), fields: z.array(z.string()).optional() }),
);

/**
 * A record by field name in lower case: Salesforce takes names in any case, and answers in the case in which the field
 * was made.
 */
export const row = z
  .record(z.string(), z.unknown())
  .transform((fields) => new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])));
export type Row = z.output<typeof row>;

/** https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.html */
export const queryPage = z.object({
  totalSize: z.number(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(row),
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm */
export const describeReply = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.number().default(0),
      externalId: z.boolean().default(false),
      unique: z.boolean().default(false),
      updateable: z.boolean().default(true),
    }),
  ),
});
export type FieldDescription = z.output<typeof describeReply>['fields'][number];

/** Of a create, and of an upsert: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm */
export const saved = z.object({ id: z.string(), success: z.literal(true) });

/** 204 has no body. */
export const nothing = z.unknown();
