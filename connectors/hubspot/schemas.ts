/** What HubSpot answers, as far as we read it. Fields are those of the `latest` API reference. */
import { z } from 'zod';

/** Values are text; a property that is defined but empty is null, one that is not defined is left out. */
export const crmObject = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()),
  createdAt: z.string().optional(),
});
export type CrmObject = z.output<typeof crmObject>;

const paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();

export const objectPage = z.object({ results: z.array(crmObject), paging });

/**
 * 207 where some inputs failed: https://developers.hubspot.com/docs/api-reference/latest/error-handling.
 * `subCategory` is an object in one reply of the reference and text in others.
 */
const batchErrors = {
  numErrors: z.number().optional(),
  errors: z
    .array(z.object({ category: z.string(), message: z.string(), subCategory: z.unknown().optional() }))
    .optional(),
};
export type BatchErrors = z.output<z.ZodObject<typeof batchErrors>>;

/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/objects/batch/get-objects */
export const objectBatch = z.object({ results: z.array(crmObject), ...batchErrors });

/** https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/get-associations */
export const associationBatch = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: z.string() }),
      // The reference says text, older replies hold numbers.
      to: z.array(z.object({ toObjectId: z.union([z.string(), z.number()]).transform(String) })),
      paging,
    }),
  ),
  ...batchErrors,
});

/** https://developers.hubspot.com/docs/api-reference/latest/crm/owners/get-owners */
export const ownerPage = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      type: z.string().optional(),
      email: z.string().nullish(),
      firstName: z.string().nullish(),
      lastName: z.string().nullish(),
      archived: z.boolean().optional(),
    }),
  ),
  paging,
});

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/pipelines/get-pipelines */
export const pipelineList = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      stages: z.array(z.object({ id: z.string(), metadata: z.record(z.string(), z.unknown()).optional() })),
    }),
  ),
});

/** https://developers.hubspot.com/docs/api-reference/latest/crm/properties/get-property */
export const property = z.object({ name: z.string(), type: z.string(), hasUniqueValue: z.boolean().optional() });
export type Property = z.output<typeof property>;
export const propertyList = z.object({ results: z.array(property) });

export const created = z.object({ id: z.string() });
export const anyObject = z.looseObject({});

/** "The fields should all be treated as optional": https://developers.hubspot.com/docs/api-reference/latest/error-handling */
export const errorReply = z.object({
  message: z.string().optional(),
  category: z.string().optional(),
  subCategory: z.unknown().optional(),
  correlationId: z.string().optional(),
  policyName: z.string().optional(),
  errors: z.array(z.object({ message: z.string().optional(), code: z.string().optional() })).optional(),
});
