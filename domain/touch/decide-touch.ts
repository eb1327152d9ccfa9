import type { Guardrails } from '../../config/schema/index.ts';
import type { Guardrail } from './guardrails.ts';
import { GUARDRAILS } from './guardrails.ts';
import type { TouchDecision, TouchFacts } from './types.ts';

/** May this touch go out now? The first guardrail with an objection decides; its reason is kept with the decision. */
export function decideTouch(facts: TouchFacts, guardrails: Guardrails): TouchDecision {
  return ask(Object.values(GUARDRAILS), facts, guardrails);
}

/**
 * The same for messages of trials and onboarding: they tell customers about something that they already have, so that
 * caps, cooldowns, tickets, invoices and outreach do not hold them.
 */
export function decideServiceMail(facts: TouchFacts, guardrails: Guardrails): TouchDecision {
  const { mode, test_account, person, bounced, consent, paused, incident, quiet_hours } = GUARDRAILS;
  const service = { ...facts, category: 'service' as const };
  return ask([mode, test_account, person, bounced, consent, paused, incident, quiet_hours], service, guardrails);
}

function ask(table: Guardrail[], facts: TouchFacts, guardrails: Guardrails): TouchDecision {
  for (const guardrail of table) {
    const objection = guardrail(facts, guardrails);
    if (objection !== null) return objection;
  }
  return { kind: 'send', shadow: facts.mode === 'shadow' };
}

/** What reaches only our own people, or what one of them asked for: a pause or a switched-off play stops it, nothing else does. */
export function decideInternal(facts: TouchFacts): TouchDecision {
  if (facts.mode === 'off') return { kind: 'suppress', reason: 'off', detail: 'the play is switched off' };
  if (facts.account.test) {
    return { kind: 'suppress', reason: 'test_account', detail: `${facts.account.id} is one of our own test accounts` };
  }
  if (facts.paused !== null) return { kind: 'wait', until: null, reason: 'paused', detail: facts.paused };
  return { kind: 'send', shadow: facts.mode === 'shadow' };
}
