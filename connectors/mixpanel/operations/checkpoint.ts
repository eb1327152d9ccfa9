import { z } from 'zod';
import type { Iso, Json } from '../../../domain/model.ts';
import type { Day } from './project-days.ts';

/** What a sweep remembers for the next one. */
const checkpointSchema = z.object({
  /** Earliest start of an open period seen, as a day: daily buckets are asked for from there. */
  from: z.string().nullable(),
  /** A reading of profiles that the quota cut short; the vendor's session lets it go on. */
  engage: z.object({ sessionId: z.string(), page: z.number(), at: z.string() }).nullable(),
  /** Per metric and account: start of the period, what its first day adds, and 1 once late data cannot change it. */
  firstDays: z.record(
    z.string(),
    z.record(z.string(), z.tuple([z.string(), z.number(), z.union([z.literal(0), z.literal(1)])])),
  ),
  /** Turns at each sweep, so that old first days and new ones are both read when one call cannot hold them. */
  oldestFirst: z.boolean(),
});
export type Checkpoint = z.output<typeof checkpointSchema>;
export type FirstDays = Checkpoint['firstDays'][string];

/** An unknown checkpoint (none yet, or of an earlier version) starts anew: all of it can be read again. */
export function parseCheckpoint(json: Json): Checkpoint {
  const parsed = checkpointSchema.safeParse(json);
  return parsed.success ? parsed.data : { from: null, engage: null, firstDays: {}, oldestFirst: false };
}

/** Mixpanel does not say how long a session lives; a stale one would mix old values with new ones. */
const SESSION_MAX_AGE_MS = 3 * 3_600_000;

export function resumableSession(checkpoint: Checkpoint, now: Iso): { sessionId: string; page: number } | undefined {
  const { engage } = checkpoint;
  return engage !== null && Date.parse(now) - Date.parse(engage.at) < SESSION_MAX_AGE_MS ? engage : undefined;
}

/** Events may arrive this many days late; a first day is read again until then. */
const LATE_DAYS = 3;

export function isSettled(day: Day, today: Day): 0 | 1 {
  return Date.parse(today) - Date.parse(day) >= LATE_DAYS * 86_400_000 ? 1 : 0;
}
