import type { Iso } from '../model.ts';

export type ConnectionState = 'healthy' | 'degraded' | 'paused';

/** Why a connection is not healthy. The order is that of what a person should do first. */
export type ConnectionReason =
  | 'credentials_refused'
  | 'paused_by_hand'
  | 'quota_spent'
  | 'sweep_failed'
  | 'errors'
  | 'rate_limited'
  | 'silent'
  | 'credentials_expiring';

export interface Health {
  state: ConnectionState;
  /** Null when healthy. */
  reason: ConnectionReason | null;
  /** In words, with numbers. */
  detail: string | null;
  /** Wire time at which it is over by itself; null: a person, or the vendor, must do something. */
  wireUntil: number | null;
}

/** How calls of the last minutes went, of all workers together. */
export interface CallCounts {
  ok: number;
  /** Broke, timed out, or were answered with 5xx or nonsense. */
  failed: number;
  /** 429: the vendor asks for fewer. */
  limited: number;
}

/** What is known of a connection at a moment. */
export interface ConnectionFacts {
  wireNow: number;
  /** The vendor's word when it refused our credentials; null: they work, as far as we know. */
  credentialsRefused: string | null;
  pausedByHand: string | null;
  /** The vendor, or our count of its quota, says "not before". */
  waits: { wireUntil: number; reason: string } | null;
  calls: CallCounts;
  /** Why its last sweep failed; null: it did not, or it has no sweeps. */
  sweepFailed: string | null;
  /** Wire time since which it answers nobody and calls are held back, as far as this process knows; null: they are not. */
  heldBackSince: number | null;
  /** A source that should have been read since; null: it was, or it is none. */
  silentSince: Iso | null;
  /** The first of its credentials to expire. */
  expires: { secret: string; at: Iso } | null;
}
