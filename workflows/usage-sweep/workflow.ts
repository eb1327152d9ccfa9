import { sweep } from '../activity-profiles.ts';

export interface SweepInput {
  connection: string;
}

/**
 * Reads one connection (usage, billing or CRM) into the store, page by page, in one activity. Only counts pass
 * through here: readings stay in the store, and what they trip is told to journeys by the outbox.
 */
export async function usageSweep({ connection }: SweepInput) {
  return await sweep.sweepConnection({ connection });
}
