import type { ConnectionReason, ConnectionState, Health } from './types.ts';

/**
 * Where a connection may go from where it is. A paused one has proven nothing when its pause ends: it is healthy until
 * its calls say otherwise. Within a state the reason may change.
 */
export const TRANSITIONS: Record<ConnectionState, ConnectionState[]> = {
  healthy: ['degraded', 'paused'],
  degraded: ['degraded', 'healthy', 'paused'],
  paused: ['paused', 'healthy'],
};

const HEALTHY: Health = { state: 'healthy', reason: null, detail: null, wireUntil: null };

export type Standing = Pick<Health, 'state' | 'reason'>;

/** What a connection is from now on, and whether that is a transition or only other words for the same. */
export function nextHealth(before: Standing, judged: Health): { health: Health; changed: boolean } {
  const health = judged.state === before.state || TRANSITIONS[before.state].includes(judged.state) ? judged : HEALTHY;
  return { health, changed: health.state !== before.state || health.reason !== before.reason };
}

/** Told to people: what needs one, or what they will ask about. The rest stands in `status`, and in the log. */
const TOLD: Record<ConnectionReason, boolean> = {
  credentials_refused: true,
  // Whoever did it knows.
  paused_by_hand: false,
  quota_spent: true,
  sweep_failed: true,
  errors: true,
  // The way of things under load: calls wait.
  rate_limited: false,
  silent: true,
  // By the number of days, not by the transition.
  credentials_expiring: false,
};

/** What comes and goes within moments is told only when it lasts. Wire time. */
const LASTS_MS: Partial<Record<ConnectionReason, number>> = {
  sweep_failed: 2 * 60_000,
  errors: 2 * 60_000,
  silent: 2 * 60_000,
};

/** The same trouble is not told again within this time, however often it comes and goes. Wire time. */
export const QUIET_MS = 60 * 60_000;

/**
 * Whether a transition is worth an alert.
 * @param lastTold wire time at which the same reason was told last; null: never
 * @param since when what it was before began
 * @param began when it began to be what it is
 */
export function isTold(
  before: Standing,
  after: Standing,
  { wireNow, since, began, lastTold }: { wireNow: number; since: number; began: number; lastTold: number | null },
): boolean {
  const about = after.reason ?? before.reason;
  if (about === null || !TOLD[about]) return false;
  // An end is told where its beginning was.
  if (after.reason === null) return lastTold !== null && lastTold >= since;
  if (wireNow - began < (LASTS_MS[after.reason] ?? 0)) return false;
  return lastTold === null || wireNow - lastTold >= QUIET_MS;
}
