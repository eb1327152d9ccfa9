import { sweep } from '../activity-profiles.ts';

/** Settles doubts, expires what nobody saw, releases first-sight accounts at their daily rate, reports silent sources. */
export async function upkeep() {
  return await sweep.upkeep();
}
