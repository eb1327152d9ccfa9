import type { HoldReason, SuppressReason } from './touch/types.ts';
import type { TrialRefusal } from './trial/types.ts';
import type { RejectReason } from './usage/types.ts';

/** Why a level or a pace nearly led to a trigger event. */
export type NearMissReason =
  | 'hold_broken'
  | 'limit_fell'
  | 'near_period_end'
  | 'lower_rung'
  | 'cap'
  | 'low_volume'
  | 'short_burst'
  | 'monthly_peak';

export type ReasonCode = HoldReason | SuppressReason | TrialRefusal | RejectReason | NearMissReason;

/** Every code as a plain sentence: the answer to "why?" and "why not?" in screens, alerts and reports. */
export const REASONS: { [Code in ReasonCode]: string } = {
  // a touch waits
  quiet_hours: 'It is outside working hours where the customer is; the message waits for the next morning.',
  am_outreach: 'The account manager was in contact with the customer a short while ago; automation stands back.',
  paused: 'An operator has paused this.',
  source_unreadable: 'A source that must be asked before a message could not be read.',
  vendor_unavailable: 'The vendor that should carry it does not take anything now; it is tried again by itself.',
  open_severe_ticket: 'The customer has a severe support ticket open.',
  incident: 'An incident that affects the customer is running.',
  unpaid_overdue: 'The customer has an overdue invoice.',
  trial_active: 'The customer has a trial running.',
  // a touch does not happen
  off: 'The play is switched off.',
  test_account: 'The account is one of our own.',
  unlinked_account: 'The account is not linked in every source, or is linked twice.',
  no_person: 'Nobody at the customer is known who could be written to.',
  opted_out: 'The person does not want messages of this kind.',
  hard_bounced: 'Mail to this person comes back.',
  event_cap: 'This trigger event has had all the messages it may have.',
  account_cap: 'The account has had all the messages it may have for now.',
  person_cap: 'The person has had all the messages they may have for now.',
  cooldown: 'Earlier prompts stayed without an answer; the customer is left alone for a while.',
  after_upgrade: 'The customer has upgraded a short while ago.',
  after_decline: 'The customer cut their usage after a limit a short while ago: no offers for a while.',
  withdrawn: 'The usage behind it was taken back before anything was sent.',
  corrected: 'The usage behind it was corrected after a message had been sent.',
  too_old: 'It happened too long ago to speak of now.',
  held_too_long: 'It had to wait so long that it means nothing any more.',
  no_connection: 'No connection of config can do this.',
  nothing_to_send: 'There was nothing to send: no template, no recipient or no plan.',
  invalid_input: 'The vendor would never take this message as it is.',
  // a trial does not start
  offer_expired: 'The offer has expired.',
  offer_closed: 'The offer was closed before.',
  not_allowed: 'Only the account manager of the account or RevOps can start this trial.',
  no_subscription: 'The account has no active subscription of this product.',
  top_tier: 'The account is on the highest plan already.',
  had_trial: 'The account already had a trial of this product.',
  another_open: 'The account has another trial running.',
  invoice_overdue: 'The account has an overdue invoice.',
  plan_changed: 'The account has changed its plan since the offer was made.',
  connection_paused: 'Trials are paused at the moment.',
  // a reading is not believed
  clock_skew: 'The reading claims to be from the future: the clock of its meter is wrong.',
  no_plan: 'The account had no plan of this product at that time.',
  not_a_number: 'The value is not a number of 0 or more.',
  unknown_period: 'The reading is older than the period that it claims to belong to.',
  // a trigger does not fire
  hold_broken: 'The level was reached, but not for long enough.',
  limit_fell: 'The level was reached only because the limit became smaller.',
  near_period_end: 'The level was reached so shortly before the period ends that the count starts anew anyway.',
  lower_rung: 'A higher level of the same metric has been told already.',
  cap: 'The trigger has fired as often as it may.',
  low_volume: 'Growth on so little use means nothing.',
  short_burst: 'Use rose for a few days only.',
  monthly_peak: 'The same peak came a month ago: it is a habit, not growth.',
};

export function explain(code: ReasonCode): string {
  return REASONS[code];
}
