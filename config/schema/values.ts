import { z } from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const ABOUT_DURATIONS = {
  description: 'A duration: a whole number and s, m, h, d or w',
  examples: ['15m', '6h', '14d'],
};
// The patterns below allow no other unit.
const toMs = (text: string) => Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];

/** A length of time as people write it: `30s`, `15m`, `6h`, `14d`, `4w`. Parsed to milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(s|m|h|d|w)$/, 'expected a duration such as 15m, 6h or 14d')
  .meta(ABOUT_DURATIONS)
  .transform(toMs);

/** Where none at all would switch something off without a word: a trial that ends as it starts, a cap over no time. */
export const positiveDuration = z
  .string()
  .regex(/^0*[1-9]\d*(s|m|h|d|w)$/, 'expected a duration above 0, such as 15m, 6h or 14d')
  .meta(ABOUT_DURATIONS)
  .transform(toMs);

/** How long a level must hold: a duration, or a number of readings with different observedAt. */
export const holdFor = z
  .union([
    duration.transform((ms) => ({ kind: 'duration' as const, ms })),
    z
      .string()
      .regex(/^[1-9]\d* readings?$/, 'expected a duration such as 3d, or a count such as "2 readings"')
      .meta({ examples: ['2 readings'] })
      .transform((text) => ({ kind: 'readings' as const, count: Number.parseInt(text, 10) })),
  ])
  .meta({ description: 'A duration, or "N readings"' });

/** A name that RevOps chooses: used in conditions, templates and reports. */
export const key = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected a name in lower case: letters, digits and _ (for example usage_80)')
  .max(64)
  .meta({ examples: ['usage_80'] });

/** Template and step names may also carry a dash. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'expected a name in lower case: letters, digits, - and _')
  .max(64)
  .meta({ examples: ['usage-summary'] });

/** A secret is only ever named, never written: `env:NAME` or `file:PATH`. */
export const secretReference = z
  .string()
  .regex(
    /^(env:[A-Z][A-Z0-9_]*|file:.+)$/,
    'expected a reference to a secret, env:NAME or file:PATH, never the value itself',
  )
  .meta({ description: 'Where the secret is found', examples: ['env:STRIPE_KEY', 'file:/run/secrets/stripe'] });

/** One, or two while the secret is changed. */
export const secretReferences = z.union([secretReference, z.array(secretReference).min(1).max(2)]);

/** The part of an address after the `@`, as mailboxes are compared. */
export const mailDomain = z
  .string()
  .regex(
    /^[^\s@:/*A-Z]+\.[^\s@:/*A-Z]+$/,
    'expected a domain alone, in lower case: what stands after the @ of an address, nothing before it',
  )
  .meta({ examples: ['tidewater.example'] });

export const ratio = z.number().min(0).max(1);
export const level = z.number().gt(0).max(2);
export const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 18:00')
  .meta({ examples: ['18:00'] });
/** A CEL expression; checked against declared metrics and facts when the folder is loaded. */
export const condition = z
  .string()
  .min(1)
  .max(2_000)
  .meta({ description: 'A CEL condition', examples: ['facts.api_keys > 0'] });

export type HoldFor = z.output<typeof holdFor>;
