import type { Blocker } from '../../config/schema/index.ts';
import type { Category, Channel, Iso } from '../model.ts';

/** Everything the guardrails look at, read under the account's and the person's lock at the claim. */
export interface TouchFacts {
  /** Business time of the claim. */
  now: Iso;
  channel: Channel;
  category: Category;
  account: { id: string; timezone: string; test: boolean; linked: boolean };
  person: { key: string; optedOut: Category[]; hardBounced: boolean } | null;
  triggerEvent: {
    id: string;
    receivedAt: Iso;
    /** Usage fell back, or was corrected, before the touch. */
    takenBack: 'no' | 'withdrawn' | 'corrected';
    kind: string;
  };
  /** Slots (reserved, confirmed, unclear) already taken, newest last; the one being decided is not among them. */
  touchesOfEvent: number;
  touchesOfAccount: Iso[];
  touchesOfPerson: Iso[];
  /** Delivered prompts of this account, oldest first, with what came of them. */
  prompts: { deliveredAt: Iso; engagedAt: Iso | null }[];
  lastOutreachAt: Iso | null;
  openSevereTickets: string[];
  openIncidents: string[];
  overdueInvoices: string[];
  trialActive: boolean;
  lastUpgradeAt: Iso | null;
  lastDeclineAt: Iso | null;
  /** Set when something a guardrail needs could not be read in time. */
  unreadable: string | null;
  paused: string | null;
  mode: 'off' | 'shadow' | 'live';
}

export type HoldReason =
  | 'quiet_hours'
  | 'am_outreach'
  | 'paused'
  | 'source_unreadable'
  | 'vendor_unavailable'
  | Blocker;

export type SuppressReason =
  | 'off'
  | 'test_account'
  | 'unlinked_account'
  | 'no_person'
  | 'opted_out'
  | 'hard_bounced'
  | 'event_cap'
  | 'account_cap'
  | 'person_cap'
  | 'cooldown'
  | 'after_upgrade'
  | 'after_decline'
  | 'withdrawn'
  | 'corrected'
  | 'too_old'
  | 'held_too_long'
  | 'no_connection'
  | 'nothing_to_send'
  | 'invalid_input';

/** `until` null: nothing says when; a wake or the next look decides. */
export type TouchDecision =
  | { kind: 'send'; shadow: boolean }
  | { kind: 'wait'; until: Iso | null; reason: HoldReason; detail: string }
  | { kind: 'suppress'; reason: SuppressReason; detail: string };
