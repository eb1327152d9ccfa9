import { Context } from '@temporalio/activity';
import {
  AuthenticationError,
  HeldBackError,
  NotSentError,
  RateLimitedError,
  TransientError,
} from '../../connectors/kit/errors.ts';
import { addMs } from '../../domain/clock.ts';
import { inTransaction, keepVerdict, readEffect } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { OperationName, ResultOf } from './operations.ts';
import { performEffect } from './perform.ts';
import type { EffectOutcome, EffectPlan } from './plan.ts';

/** Wire time. A vendor's blink is waited out in the activity; many callers may share a limit, so that takes longer. */
const AT_A_STRETCH_MS = 10_000;
const RATE_LIMITED_MS = 60_000;
const HOLD_AT_LEAST_MS = 10_000;
const HOLD_AT_MOST_MS = 10 * 60_000;
/** Of the outage so far: what waited is on its way again soon after it, and a long outage fills no history. */
const HOLD_SHARE = 1 / 4;

/**
 * An effect of a journey's step. While an activity is tried again and again its workflow hears nothing, and a higher
 * play could not take over; so an outage becomes a hold: the journey sleeps, looks at every wake, and tries again.
 * Only what has surely not begun may wait like that: a doubt is settled first.
 */
export async function performPatiently<N extends OperationName>(
  deps: Deps,
  plan: EffectPlan<N>,
): Promise<EffectOutcome<ResultOf<N>>> {
  try {
    return await performEffect(deps, plan);
  } catch (error) {
    const again = isTheVendors(error) ? againInMs(error) : null;
    if (again === null) throw error;
    const hold = await holdClaimed(deps, plan, again, error instanceof Error ? error.message : String(error));
    if (hold === null) throw error;
    return hold;
  }
}

/** An answer by which the vendor did nothing. */
function isTheVendors(error: unknown): boolean {
  if (error instanceof NotSentError) return false;
  return error instanceof TransientError || error instanceof RateLimitedError || error instanceof AuthenticationError;
}

/** How long a hold lasts at least; null: not yet a hold, the activity tries again. */
function againInMs(error: unknown): number | null {
  const triedMs = Date.now() - Context.current().info.scheduledTimestampMs;
  const away = !(error instanceof RateLimitedError) || error instanceof HeldBackError;
  const toldMs = error instanceof RateLimitedError ? error.retryAfterMs : 0;
  if (toldMs > AT_A_STRETCH_MS) return toldMs;
  return triedMs < (away ? AT_A_STRETCH_MS : RATE_LIMITED_MS) ? null : HOLD_AT_LEAST_MS;
}

async function holdClaimed<N extends OperationName>(
  deps: Deps,
  { about, operation }: EffectPlan<N>,
  atLeastMs: number,
  detail: string,
): Promise<Extract<EffectOutcome<never>, { kind: 'wait' }> | null> {
  const now = deps.now();
  return await inTransaction(deps.store, async (tx) => {
    const stored = await readEffect(tx, deps.store.vault, about.key);
    if (stored?.effect.phase !== 'claimed') return null;
    const outageMs = (Date.parse(now) - Date.parse(stored.effect.claimedAt)) / deps.clock.scale;
    const holdMs = Math.max(atLeastMs, Math.min(HOLD_AT_MOST_MS, outageMs * HOLD_SHARE));
    const until = addMs(now, holdMs * deps.clock.scale);
    const verdict = { kind: 'wait' as const, until, reason: 'vendor_unavailable' as const, detail };
    await keepVerdict(tx, { ...about, operation, now }, verdict);
    return verdict;
  });
}
