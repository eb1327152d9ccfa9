import type { Cents, Iso, Offer, TrialState } from '../model.ts';

export type TrialRefusal =
  | 'offer_expired'
  | 'offer_closed'
  | 'not_allowed'
  | 'no_subscription'
  | 'top_tier'
  | 'had_trial'
  | 'another_open'
  | 'invoice_overdue'
  | 'plan_changed'
  | 'incident'
  | 'connection_paused';

/** Everything the decision needs, read under the account's lock. */
export interface TrialRequest {
  now: Iso;
  offer: Pick<Offer, 'id' | 'state' | 'expiresAt' | 'fromPlan' | 'toPlan'>;
  accountName: string;
  /** Who asks: role and whether the CRM names this person as the account's owner. */
  requester: { email: string; role: 'am' | 'revops' | 'admin' | 'other'; ownsAccount: boolean };
  /** The paid plan now; null without an active subscription. */
  currentPlan: string | null;
  /** From `nextPlan`; null at the top. */
  nextPlan: string | null;
  /** When a trial of this product ended or ran; null: never. */
  hadTrialAt: Iso | null;
  otherOpenTrial: string | null;
  overdueInvoices: string[];
  monthlyPriceCents: Cents | null;
  approvalAboveCents: Cents | null;
  approvedBy: string | null;
  incident: boolean;
  paused: string | null;
}

export type TrialDecision =
  | { kind: 'grant'; plan: string; sentence: string }
  | { kind: 'needs_approval'; sentence: string }
  /** Already granted by an earlier click of the same offer. */
  | { kind: 'already'; state: TrialState; sentence: string }
  | { kind: 'refuse'; reason: TrialRefusal; sentence: string };

/** domain/trial/decide-trial.ts */
export type DecideTrial = (request: TrialRequest) => TrialDecision;

export type TrialFact = 'granted' | 'activated' | 'converted' | 'reverted' | 'refused' | 'expired' | 'failed';
/** domain/trial/transitions.ts: the state after a fact; null when the fact may not follow (it is then ignored). */
export type NextTrialState = (state: TrialState, fact: TrialFact) => TrialState | null;
