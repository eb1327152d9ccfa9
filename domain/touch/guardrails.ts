import type { Guardrails } from '../../config/schema/index.ts';
import { nextSendingTime } from '../calendar/quiet-hours.ts';
import { addMs } from '../clock.ts';
import type { Category, Iso } from '../model.ts';
import { formatDuration } from '../text.ts';
import { msBetween } from '../time.ts';
import type { HoldReason, SuppressReason, TouchDecision, TouchFacts } from './types.ts';

/** Null: this guardrail has nothing against the touch. */
export type Guardrail = (facts: TouchFacts, guardrails: Guardrails) => TouchDecision | null;

/**
 * Every rule that can stop or delay a touch, in the order in which they are asked. Those that end it come first, so that
 * nothing waits for a ticket to close only to be refused afterwards; quiet hours come last, since they only delay.
 */
export const GUARDRAILS = {
  mode: ({ mode }) => (mode === 'off' ? suppress('off', 'the play is switched off') : null),
  test_account: ({ account }) =>
    account.test ? suppress('test_account', `${account.id} is one of our own test accounts`) : null,
  linked_account: ({ account }) =>
    account.linked ? null : suppress('unlinked_account', `${account.id} is not linked, or linked twice, in a source`),
  person: ({ person }) => (person === null ? suppress('no_person', 'the account has no known admin') : null),
  bounced: ({ person }) =>
    person?.hardBounced === true ? suppress('hard_bounced', 'mail to this address bounced') : null,
  consent: ({ person, category }) =>
    person !== null && isOptedOut(person.optedOut, category)
      ? suppress('opted_out', `the person has opted out of ${category} messages`)
      : null,
  taken_back: ({ triggerEvent }) =>
    triggerEvent.takenBack === 'no'
      ? null
      : suppress(triggerEvent.takenBack, 'the usage that the message would speak of was taken back'),
  held_too_long: ({ now, triggerEvent }, { hold_at_most }) =>
    msBetween(triggerEvent.receivedAt, now) > hold_at_most
      ? suppress('held_too_long', `the trigger event is older than ${formatDuration(hold_at_most)}`)
      : null,
  event_cap: ({ touchesOfEvent }, { touches_per_trigger_event }) =>
    touchesOfEvent >= touches_per_trigger_event
      ? suppress('event_cap', `${touchesOfEvent} touches for this trigger event already`)
      : null,
  account_cap: (facts, { touches_per_account }) =>
    overCap('account_cap', 'account', facts.touchesOfAccount, facts.now, touches_per_account),
  person_cap: (facts, { touches_per_person }) =>
    overCap('person_cap', 'person', facts.touchesOfPerson, facts.now, touches_per_person),
  cooldown: ({ now, prompts }, { unengaged_prompts }) => {
    const until = cooldownUntil(prompts, now, unengaged_prompts);
    return until === null ? null : suppress('cooldown', `prompts stayed without an answer; quiet until ${until}`);
  },
  after_upgrade: ({ now, lastUpgradeAt }, { after_upgrade }) =>
    isWithin(lastUpgradeAt, now, after_upgrade) ? suppress('after_upgrade', `upgraded on ${lastUpgradeAt}`) : null,
  after_decline: ({ now, lastDeclineAt }, { after_decline }) =>
    isWithin(lastDeclineAt, now, after_decline)
      ? suppress('after_decline', `cut their usage on ${lastDeclineAt}`)
      : null,
  paused: ({ paused }) => (paused === null ? null : wait('paused', paused)),
  unreadable: ({ unreadable }) => (unreadable === null ? null : wait('source_unreadable', unreadable)),
  open_severe_ticket: ({ openSevereTickets }, { never_while }) =>
    blocks(never_while, 'open_severe_ticket', openSevereTickets, 'open severe tickets'),
  incident: ({ openIncidents }, { never_while }) => blocks(never_while, 'incident', openIncidents, 'running incidents'),
  unpaid_overdue: ({ overdueInvoices }, { never_while }) =>
    blocks(never_while, 'unpaid_overdue', overdueInvoices, 'overdue invoices'),
  trial_active: ({ trialActive }, { never_while }) =>
    trialActive && never_while.includes('trial_active') ? wait('trial_active', 'a trial is running') : null,
  am_outreach: ({ now, lastOutreachAt }, { account_manager_outreach: { holds } }) =>
    lastOutreachAt !== null && isWithin(lastOutreachAt, now, holds)
      ? wait('am_outreach', `the account manager was in contact on ${lastOutreachAt}`, addMs(lastOutreachAt, holds))
      : null,
  quiet_hours: ({ now, account }, { quiet_hours }) => {
    const zone = quiet_hours.zone === 'account' ? account.timezone : quiet_hours.zone;
    const until = nextSendingTime(now, quiet_hours, zone);
    return until === now ? null : wait('quiet_hours', `quiet hours in ${zone}`, until);
  },
} satisfies Record<string, Guardrail>;

export const GUARDRAIL_NAMES = Object.keys(GUARDRAILS);

/** No to service messages is no to everything; no to marketing leaves service messages. */
export function isOptedOut(optedOut: Category[], category: Category): boolean {
  return optedOut.includes('service') || optedOut.includes(category);
}

/**
 * End of the cooldown after `count` delivered prompts in a row that each stayed without engagement for `within`; null
 * when there is none now. An engagement with any later prompt ends the row.
 */
export function cooldownUntil(
  prompts: TouchFacts['prompts'],
  now: Iso,
  rule: Guardrails['unengaged_prompts'],
): Iso | null {
  let ignored = 0;
  let until: Iso | null = null;
  for (const prompt of prompts) {
    const engaged = prompt.engagedAt !== null;
    if (engaged) {
      ignored = 0;
      until = null;
      continue;
    }
    // Too fresh to call it ignored.
    if (msBetween(prompt.deliveredAt, now) < rule.within) continue;
    ignored++;
    if (ignored >= rule.count) until = addMs(prompt.deliveredAt, rule.cooldown);
  }
  return until !== null && msBetween(now, until) > 0 ? until : null;
}

function overCap(
  reason: SuppressReason,
  whose: string,
  touches: Iso[],
  now: Iso,
  cap: { max: number; per: number },
): TouchDecision | null {
  const counted = touches.filter((at) => isWithin(at, now, cap.per)).length;
  if (counted < cap.max) return null;
  return suppress(reason, `${counted} touches of this ${whose} within ${formatDuration(cap.per)}; at most ${cap.max}`);
}

function blocks(
  neverWhile: Guardrails['never_while'],
  reason: Guardrails['never_while'][number],
  found: string[],
  what: string,
): TouchDecision | null {
  return found.length > 0 && neverWhile.includes(reason) ? wait(reason, `${what}: ${found.join(', ')}`) : null;
}

/** Touches reserved for a later moment count as well: they lie within any span. */
function isWithin(at: Iso | null, now: Iso, ms: number): boolean {
  return at !== null && msBetween(at, now) < ms;
}

function suppress(reason: SuppressReason, detail: string): TouchDecision {
  return { kind: 'suppress', reason, detail };
}

function wait(reason: HoldReason, detail: string, until: Iso | null = null): TouchDecision {
  return { kind: 'wait', until, reason, detail };
}
