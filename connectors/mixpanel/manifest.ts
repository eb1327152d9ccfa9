import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { CohortName } from '../kit/capabilities.ts';
import type { Manifest } from '../kit/connector.ts';

/** Data residency decides the hosts, and a wrong one answers with empty results: https://docs.mixpanel.com/docs/privacy/eu-residency */
export const REGION_HOSTS = {
  us: { query: 'mixpanel.com', ingest: 'api.mixpanel.com' },
  eu: { query: 'eu.mixpanel.com', ingest: 'api-eu.mixpanel.com' },
  in: { query: 'in.mixpanel.com', ingest: 'api-in.mixpanel.com' },
} as const;

const digits = z
  .union([z.string().regex(/^\d+$/, 'expected digits'), z.number().int().positive()])
  .transform((id) => String(id));

export const settingsSchema = z.strictObject({
  region: z.enum(['us', 'eu', 'in']).meta({
    description: "Where the project's data lives. Never guessed: the wrong region loses data without an error",
  }),
  project_id: digits.meta({ description: 'Project Settings > Overview' }),
  workspace_id: digits.optional().meta({ description: 'Needed where the project uses Data Views' }),
  data_group_id: z
    .string()
    .regex(/^-?\d+$/, 'expected the group key’s id in quotes, such as "-6521893041173295871"')
    .optional()
    .meta({ description: 'Project Settings > Group Keys. In quotes: YAML would round it' }),
  timezone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'expected an IANA zone such as America/New_York')
    .meta({
      description: "The project's time zone (Project Settings): its daily counts begin at midnight there",
      examples: ['America/New_York'],
    }),
});
export type MixpanelSettings = z.output<typeof settingsSchema>;

/** `id` stays when somebody renames the cohort. */
const cohort = z
  .strictObject({ name: z.string().min(1).optional(), id: z.string().min(1).optional() })
  .refine(({ name, id }) => (name === undefined) !== (id === undefined), 'expected either name or id of the cohort');

/**
 * How a metric or fact is read: counted from events, taken from a property of the account's group profile, or, facts
 * only, pushed by a cohort sync: how many of the account's users are in the cohort.
 */
export const readSchema = z.union([
  z.strictObject({ segmentation: z.strictObject({ event: z.string().min(1), where: z.string().min(1).optional() }) }),
  z.strictObject({
    engage: z.strictObject({
      property: z.string().min(1),
      /** Property with the account's own limit: a number, or the word "unlimited". */
      limit_property: z.string().min(1).optional(),
    }),
  }),
  z.strictObject({ cohort }),
]);
export type MixpanelRead = z.output<typeof readSchema>;

/** Of the 60 queries an hour that all users of a project share, 20 stay free for other people's dashboards and scripts. */
export const QUERIES_PER_HOUR = 40;

const PROFILES_PER_PAGE = 1_000;

/** Two queries a counter (days, hours), and profiles in pages; a full last page needs one more to end. */
const callsPerSweep: Manifest['callsPerSweep'] = ({ metrics, facts }, accounts) => {
  const counters = metrics.filter(({ read }) => 'segmentation' in read).length;
  const profiles = [...metrics, ...facts].some(({ read }) => 'engage' in read);
  return counters * 2 + (profiles ? Math.floor(accounts / PROFILES_PER_PAGE) + 1 : 0);
};

/** The cohort that a read names; null for what is read by a sweep. */
export function cohortOf(read: unknown): CohortName | null {
  const parsed = readSchema.safeParse(read).data;
  if (parsed === undefined || !('cohort' in parsed)) return null;
  const { id, name = '' } = parsed.cohort;
  return id === undefined ? { name } : { id };
}

export const manifest: Manifest = {
  name: 'mixpanel',
  title: 'Mixpanel',
  settings: settingsSchema,
  auth: ['username', 'secret'],
  readSchema,
  hosts: (settings) => {
    const region = REGION_HOSTS[settingsSchema.shape.region.parse(settings.region)];
    return [region.query, region.ingest];
  },
  apiVersion: { name: 'Query API 2.0 and Import API', url: 'https://docs.mixpanel.com/reference/overview' },
  // https://docs.mixpanel.com/reference/rate-limits
  limits: [
    { name: 'queries', max: QUERIES_PER_HOUR, per: '1h', of: 'query' },
    { name: 'concurrent_queries', max: 5, per: 'at_once', of: 'query' },
    { name: 'concurrent_imports', max: 10, per: 'at_once', of: 'import' },
  ],
  callsPerSweep,
  needsAccountKey: true,
  pushed: (read) => cohortOf(read) !== null,
  webhook: true,
};
