import type { EffectPhase } from '../model.ts';

/** What a person may ask of an effect that did not end well. */
export type RepairAction = 'retry' | 'confirm' | 'give_up';

export interface EffectInDoubt {
  phase: EffectPhase;
  operation: string;
  /** As the operation says; null: no connection of config can do it any more. */
  idempotency: 'vendor_key' | 'natural' | 'find' | 'none' | null;
  /** The vendor can be asked whether an earlier attempt arrived. */
  canFind: boolean;
  /** The stored bytes; they are erased after 90 days. */
  payloadKept: boolean;
  /** An earlier attempt may still be committing at the vendor. */
  mayStillCommit: boolean;
}

export type RepairDecision =
  /** Ask the vendor. Found: confirmed. Absent: sent again. `resendIfUnknown`: so too when it cannot tell. */
  | { kind: 'look'; resendIfUnknown: boolean }
  /** Judged by all guardrails anew, then sent as a new attempt of the same key. */
  | { kind: 'resend' }
  | { kind: 'confirm' }
  | { kind: 'refuse' }
  | { kind: 'withdraw' }
  /** Nothing is done, and this is why. */
  | { kind: 'no'; sentence: string };

/**
 * Whose workflow has ended without them: done now, a customer would have a trial or a plan that nobody minds.
 * They may be looked up and settled, never sent again.
 */
const NEVER_RESENT = new Set(['billing.startTrial', 'billing.changePlan']);

export function mayBeResent(operation: string): boolean {
  return !NEVER_RESENT.has(operation);
}

/**
 * What an action does to an effect. What is confirmed is never sent again, and what nobody can ask about only when a
 * person says that it did not arrive.
 */
export function decideRepair(
  action: RepairAction,
  effect: EffectInDoubt,
  { didNotArrive }: { didNotArrive: boolean },
): RepairDecision {
  const { phase } = effect;
  if (phase === 'confirmed') return no('It happened: what is confirmed is never sent again.');
  if (phase === 'withdrawn') return no('It was taken back before it was sent, and its journey went on without it.');
  if (phase === 'sending') return no('It is on its way; a doubt shows within minutes.');
  switch (action) {
    case 'retry':
      return phase === 'claimed'
        ? no('It is waiting for its turn and is tried by itself.')
        : decideRetry(effect, didNotArrive);
    case 'confirm':
      return phase === 'unclear' ? { kind: 'confirm' } : no(`It is ${phase}: only what is unclear can be confirmed.`);
    case 'give_up':
      if (phase === 'unclear') return { kind: 'refuse' };
      return phase === 'claimed' ? { kind: 'withdraw' } : no('It was refused: nothing is left to give up.');
  }
}

function decideRetry(effect: EffectInDoubt, didNotArrive: boolean): RepairDecision {
  const { phase, operation, idempotency, canFind, payloadKept, mayStillCommit } = effect;
  if (idempotency === null) return no('No connection of config can do it any more.');
  if (!payloadKept) return no('What was to be sent is erased: requests are kept for 90 days.');
  if (mayStillCommit) return no('An earlier attempt may still reach the vendor. Try again in a minute.');
  if (phase === 'refused') {
    return mayBeResent(operation)
      ? { kind: 'resend' }
      : no('What it belonged to has ended without it. Start that anew instead, as with headroom trial start.');
  }
  if (canFind) return { kind: 'look', resendIfUnknown: didNotArrive && mayBeResent(operation) };
  if (!mayBeResent(operation)) return no('What it belonged to has ended without it: look at the vendor and settle it.');
  if (idempotency === 'natural' || didNotArrive) return { kind: 'resend' };
  return no('It may have arrived, and the vendor cannot be asked. Look there; say so if it did not arrive.');
}

function no(sentence: string): RepairDecision {
  return { kind: 'no', sentence };
}
