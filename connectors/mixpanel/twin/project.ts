/** The one project that the simulator has. A connection in config must name the same. */
export const PROJECT = {
  id: '3187201',
  timezone: 'America/New_York',
  /** Event property and group key that hold the account's id. */
  groupKey: 'company_id',
  /** As Project Settings > Group Keys would show it. */
  dataGroupId: '-6521893041173295871',
} as const;

/** Counters of the world, and the event that the product would track once for each of their units. */
export const COUNTER_EVENTS: Record<string, string> = { api_calls: 'API Call' };
