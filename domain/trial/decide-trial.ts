import { formatCents } from '../text.ts';
import type { DecideTrial, TrialDecision, TrialRefusal, TrialRequest } from './types.ts';

type Check = (request: TrialRequest) => TrialDecision | null;

/** In this order: what the person at the door should hear first comes first. */
const CHECKS: Check[] = [
  alreadyGranted,
  ({ requester, accountName }) =>
    mayAsk(requester)
      ? null
      : refuse('not_allowed', `Only the account manager of ${accountName} or RevOps can start this trial.`),
  ({ offer }) =>
    offer.state === 'offered' ? null : refuse('offer_closed', `This offer was closed before: it is ${offer.state}.`),
  ({ offer, now }) =>
    now < offer.expiresAt ? null : refuse('offer_expired', `This offer expired on ${offer.expiresAt.slice(0, 10)}.`),
  ({ paused }) => (paused === null ? null : refuse('connection_paused', `Trials are paused at the moment: ${paused}.`)),
  ({ incident, accountName }) =>
    incident
      ? refuse('incident', `An incident that affects ${accountName} is running; try again when it is over.`)
      : null,
  ({ currentPlan, accountName }) =>
    currentPlan === null
      ? refuse('no_subscription', `${accountName} has no active subscription of this product.`)
      : null,
  ({ nextPlan, accountName, currentPlan }) =>
    nextPlan === null ? refuse('top_tier', `${accountName} is on ${currentPlan}, the highest plan.`) : null,
  ({ offer, currentPlan, nextPlan, accountName }) =>
    offer.fromPlan === currentPlan && offer.toPlan === nextPlan
      ? null
      : refuse('plan_changed', `${accountName} is on ${currentPlan} now; the offer was made for ${offer.fromPlan}.`),
  ({ otherOpenTrial, accountName }) =>
    otherOpenTrial === null ? null : refuse('another_open', `${accountName} already has a trial running.`),
  ({ hadTrialAt, accountName }) =>
    hadTrialAt === null
      ? null
      : refuse('had_trial', `${accountName} already had a trial of this product, on ${hadTrialAt.slice(0, 10)}.`),
  ({ overdueInvoices, accountName }) =>
    overdueInvoices.length === 0
      ? null
      : refuse('invoice_overdue', `${accountName} has an overdue invoice (${overdueInvoices.join(', ')}).`),
  needsApproval,
];

/** May this trial start? Every no is a sentence for the person who pressed the button. */
export const decideTrial: DecideTrial = (request) => {
  for (const check of CHECKS) {
    const decision = check(request);
    if (decision !== null) return decision;
  }
  const { toPlan } = request.offer;
  return { kind: 'grant', plan: toPlan, sentence: `The trial of ${toPlan} for ${request.accountName} starts now.` };
};

function mayAsk({ role, ownsAccount }: TrialRequest['requester']): boolean {
  return role === 'revops' || role === 'admin' || ownsAccount;
}

/** A second click is not an error. */
function alreadyGranted({ offer, accountName }: TrialRequest): TrialDecision | null {
  if (offer.state !== 'granting' && offer.state !== 'active') return null;
  const how = offer.state === 'active' ? 'is running' : 'is being set up';
  return {
    kind: 'already',
    state: offer.state,
    sentence: `The trial of ${offer.toPlan} for ${accountName} ${how} already.`,
  };
}

function needsApproval(request: TrialRequest): TrialDecision | null {
  const { monthlyPriceCents, approvalAboveCents, approvedBy, requester } = request;
  if (approvalAboveCents === null || approvedBy !== null || (requester.role !== 'am' && requester.role !== 'other'))
    return null;
  // A price that is not known may be above the line.
  if (monthlyPriceCents !== null && monthlyPriceCents <= approvalAboveCents) return null;
  const price = monthlyPriceCents === null ? 'The price is not known' : `${formatCents(monthlyPriceCents)} a month`;
  return {
    kind: 'needs_approval',
    sentence: `${price}: a trial above ${formatCents(approvalAboveCents)} a month needs a yes from RevOps.`,
  };
}

function refuse(reason: TrialRefusal, sentence: string): TrialDecision {
  return { kind: 'refuse', reason, sentence };
}
