import { DAY_MS, MINUTE_MS } from '../time.ts';
import type { CallCounts, ConnectionFacts, ConnectionReason, Health } from './types.ts';

/** Fewer calls than this say nothing. */
const ENOUGH = 10;
/** Two thresholds each, so that a connection at the edge does not go to and fro. */
const FAILING = { from: 0.2, until: 0.05 };
const LIMITED = { from: 0.3, until: 0.1 };
/** A wait of a vendor's per-second limit is the way of things; a longer one means that a quota is spent. */
const LONG_WAIT_MS = 10 * MINUTE_MS;
/** From here on a person is told, three times in all. */
export const EXPIRY_DAYS = [14, 3, 1] as const;

const HEALTHY: Health = { state: 'healthy', reason: null, detail: null, wireUntil: null };

/**
 * How a connection is, by what is known of it now. Of several reasons the one counts that stops most.
 * @param before what it was: what has begun ends later than it began
 */
export function judgeConnection(facts: ConnectionFacts, before: ConnectionReason | null): Health {
  const { credentialsRefused, pausedByHand, waits, calls, heldBackSince, sweepFailed, silentSince, wireNow } = facts;
  if (credentialsRefused !== null) return paused('credentials_refused', credentialsRefused);
  if (pausedByHand !== null) return paused('paused_by_hand', pausedByHand);
  if (waits && waits.wireUntil > wireNow) {
    const long = waits.wireUntil - wireNow >= LONG_WAIT_MS || before === 'quota_spent';
    if (long) return { ...paused('quota_spent', waits.reason), wireUntil: waits.wireUntil };
  }
  if (heldBackSince !== null) {
    const since = new Date(heldBackSince).toISOString();
    return degraded('errors', `it has not answered since ${since}; calls are held back until it does`);
  }
  // Above the calls: it says more than how many of them failed, and lasts until the next sweep.
  if (sweepFailed !== null) return degraded('sweep_failed', sweepFailed);
  const failing = trouble(calls, 'failed', FAILING, before === 'errors');
  if (failing !== null) return degraded('errors', `${failing} failed`);
  const limited = trouble(calls, 'limited', LIMITED, before === 'rate_limited');
  if (limited !== null) return degraded('rate_limited', `${limited} were asked to come later`);
  if (silentSince !== null) return degraded('silent', `not read since ${silentSince}`);
  const days = daysToExpiry(facts);
  if (facts.expires && days !== null && days <= EXPIRY_DAYS[0]) {
    const { secret, at } = facts.expires;
    return degraded(
      'credentials_expiring',
      days <= 0 ? `${secret} expired on ${at.slice(0, 10)}` : `${secret} expires on ${at.slice(0, 10)}`,
    );
  }
  return HEALTHY;
}

/** Whole days, the begun one counted; 0 and less: it has expired. Null: nothing is known to expire. */
export function daysToExpiry({ expires, wireNow }: Pick<ConnectionFacts, 'expires' | 'wireNow'>): number | null {
  return expires && Math.ceil((Date.parse(expires.at) - wireNow) / DAY_MS);
}

/** The warning that is due: the smallest threshold that was reached. Null: none yet. */
export function expiryWarning(days: number | null): (typeof EXPIRY_DAYS)[number] | null {
  if (days === null) return null;
  return EXPIRY_DAYS.findLast((threshold) => days <= threshold) ?? null;
}

/** What a person should do about it, in a sentence. */
export const WHAT_TO_DO: Record<ConnectionReason, string> = {
  credentials_refused: 'Put a working key where its reference points; it goes on by itself once the vendor takes it.',
  paused_by_hand: 'Let it go on with headroom pause --connection NAME --clear, when its reason is over.',
  quota_spent: "Nothing: it goes on when the vendor's quota starts anew. If it happens often, ask the vendor for more.",
  sweep_failed:
    'It is read again at its next time (headroom status says how often). If what the vendor answered was refused or not understood, correct what the reason names in the config or at the vendor; if that is not it, ask with headroom support-bundle.',
  errors: "Look at the vendor's status page and the log. Calls are repeated by themselves.",
  rate_limited: 'Nothing at once: calls wait. If it stays, read less often, or ask the vendor for more.',
  silent: 'Look at the log: its sweeps do not end. No trigger comes true by it until it is read again.',
  credentials_expiring:
    'Make a new key at the vendor before that day, put it where the reference points, and change the date.',
};

/** "7 of the last 20 calls", when they are too many; null: they are not, or too few calls were made to say. */
function trouble(
  calls: CallCounts,
  kind: 'failed' | 'limited',
  { from, until }: { from: number; until: number },
  begun: boolean,
): string | null {
  const all = total(calls);
  const share = calls[kind] / Math.max(1, all);
  // What has begun ends when calls succeed again, not when nobody calls any more.
  const troubled = begun ? calls.ok === 0 || share >= until : all >= ENOUGH && share >= from;
  return troubled ? `${calls[kind]} of the last ${all} calls` : null;
}

function total({ ok, failed, limited }: CallCounts): number {
  return ok + failed + limited;
}

function paused(reason: ConnectionReason, detail: string): Health {
  return { state: 'paused', reason, detail, wireUntil: null };
}

function degraded(reason: ConnectionReason, detail: string): Health {
  return { state: 'degraded', reason, detail, wireUntil: null };
}
