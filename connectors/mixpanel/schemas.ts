/** Mixpanel's answers, as far as we read them. */
import { z } from 'zod';

/**
 * https://docs.mixpanel.com/reference/segmentation-query
 * Keys of `values` are group values as text, keys inside are dates (unit=day) or date and hour in the project's zone.
 */
export const segmentationReply = z.object({
  data: z.object({ series: z.array(z.string()), values: z.record(z.string(), z.record(z.string(), z.number())) }),
});
export type Segments = z.output<typeof segmentationReply>['data']['values'];

/** https://docs.mixpanel.com/reference/engage-query */
export const engageReply = z.object({
  page: z.number().int(),
  page_size: z.number().int().positive(),
  session_id: z.string(),
  results: z.array(
    z.object({
      $distinct_id: z.union([z.string(), z.number()]).transform((id) => String(id)),
      $properties: z.record(z.string(), z.json()),
    }),
  ),
});
export type EngageReply = z.output<typeof engageReply>;
export type Profile = EngageReply['results'][number];

/** https://docs.mixpanel.com/reference/import-events; the 400 of strict mode names each record it refused. */
export const importReply = z.object({
  code: z.literal(200),
  num_records_imported: z.number().int(),
  status: z.string(),
});
export const importRefusal = z.object({
  num_records_imported: z.number().int().default(0),
  failed_records: z.array(
    // The guide writes `$insert_id`, the OpenAPI file `insert_id`; neither is needed to name the record.
    z.object({ index: z.number().int(), field: z.string().optional(), message: z.string() }),
  ),
});

/** Seen in the wild with `request` beside it; ingestion adds code and status. */
export const errorReply = z.object({ error: z.string() });

/** What `prepare` of the write-back stores and `send` gets back. */
export const eventsPayload = z.array(
  z.object({ event: z.string(), properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) }),
);
export type MixpanelEvent = z.output<typeof eventsPayload>[number];
