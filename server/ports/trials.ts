import { createHash } from 'node:crypto';
import type { Deps } from '../../activities/deps.ts';
import { endTrial } from '../../activities/trial/provision.ts';
import { nextPlan } from '../../domain/offer/next-plan.ts';
import { decideTrial } from '../../domain/trial/decide-trial.ts';
import {
  claimOffer,
  countRefusedOffers,
  createOffer,
  findOffer,
  findPaidSubscription,
  findStandingOffer,
  findTrial,
  inTransaction,
  readSubscriptions,
  recordAudit,
} from '../../store/index.ts';
import type { EndTrial, RequestTrial, TrialAnswer, TrialAsk } from '../http/context.ts';
import { requesterOf } from './roles.ts';

/**
 * The one function in which every surface ends: the offer is decided on and claimed in the store, which starts its
 * workflow. A refusal starts nothing and comes back as a sentence.
 */
export function trialDoor(deps: Deps, env: (name: string) => string | undefined): RequestTrial {
  return async (ask) => {
    const offerId = await offerOf(deps, ask);
    if (offerId === null) {
      return {
        kind: 'refused',
        reason: 'unknown_account',
        sentence: 'This account has no plan that a trial could go beyond.',
      };
    }
    const { config } = deps.configs.current();
    const billing = deps.connections.with('billing');
    const claimed = await inTransaction(deps.store, (tx) =>
      claimOffer(
        tx,
        offerId,
        {
          actor: ask.actor.email,
          door: ask.surface,
          billing: billing?.name ?? '',
          trialMs: config.trials.length,
          now: deps.now(),
        },
        (facts) => {
          const product = config.products[facts.product];
          const requester = requesterOf(config, ask.actor, facts.ownerEmail, env);
          const above = config.trials.approval_above;
          return decideTrial({
            ...facts,
            requester,
            nextPlan: product && facts.currentPlan ? nextPlan(product, facts.currentPlan) : null,
            approvalAboveCents: above === undefined ? null : above.monthly * 100,
            approvedBy: requester.role === 'revops' || requester.role === 'admin' ? requester.email : null,
          });
        },
      ),
    );
    if (!claimed)
      return {
        kind: 'refused',
        reason: 'unknown_offer',
        sentence: 'This offer is not known here. Ask for a new alert.',
      };
    const { decision } = claimed;
    if (decision.kind === 'refuse') return { kind: 'refused', reason: decision.reason, sentence: decision.sentence };
    if (decision.kind === 'needs_approval')
      return { kind: 'refused', reason: 'needs_approval', sentence: decision.sentence };
    if (decision.kind === 'grant') {
      const audit = {
        at: deps.now(),
        actor: ask.actor.email,
        door: ask.surface,
        action: 'trial.granted',
        subject: offerId,
        detail: null,
      };
      await inTransaction(deps.store, (tx) => recordAudit(tx, audit));
    }
    const state = decision.kind === 'already' ? decision.state : 'granting';
    return { kind: 'accepted', offerId, state, sentence: decision.sentence } satisfies TrialAnswer;
  };
}

/** The offer that is meant; for an account the one it can take now, made for this request if need be. */
async function offerOf(deps: Deps, { target }: TrialAsk): Promise<string | null> {
  if ('offerId' in target) return target.offerId;
  const { config } = deps.configs.current();
  return await inTransaction(deps.store, async (tx) => {
    const paid = (await readSubscriptions(tx, [target.account])).filter((one) => one.status !== 'cancelled');
    const product = target.product ?? (paid.length === 1 ? paid[0]?.product : undefined);
    const subscription = product === undefined ? null : await findPaidSubscription(tx, target.account, product);
    const spec = product === undefined ? undefined : config.products[product];
    if (!subscription?.plan || !spec || product === undefined) return null;
    const toPlan = nextPlan(spec, subscription.plan) ?? subscription.plan;
    const createdAt = deps.now();
    const { account } = target;
    const standing = await findStandingOffer(tx, { account, product, fromPlan: subscription.plan, now: createdAt });
    if (standing !== null) return standing;
    const day = createdAt.slice(0, 10);
    // Asked again the same day it is the same offer; one that has expired, or that billing refused, does not stand in
    // the way of the next.
    const refused = await countRefusedOffers(tx, { account, product, since: `${day}T00:00:00.000Z` });
    const subject = [account, product, subscription.plan, 'by_hand', day, ...(refused > 0 ? [refused] : [])].join(':');
    const id = `of_${createHash('sha256').update(subject).digest('base64url').slice(0, 22)}`;
    const expiresAt = new Date(Date.parse(createdAt) + config.trials.offer_expires).toISOString();
    await createOffer(tx, {
      id,
      account,
      product,
      fromPlan: subscription.plan,
      toPlan,
      triggerEventId: null,
      journeyId: null,
      state: 'offered',
      expiresAt,
      createdAt,
    });
    return id;
  });
}

/** Ends a running trial before its time. Billing tells the workflow, which settles the rest. */
export function trialEnd(deps: Deps): EndTrial {
  return async ({ offerId, actor, reason }) => {
    const { offer, trial } = await inTransaction(deps.store, async (tx) => ({
      offer: await findOffer(tx, offerId),
      trial: await findTrial(tx, offerId),
    }));
    if (!offer) return { kind: 'refused', reason: 'unknown_offer', sentence: `There is no offer ${offerId}.` };
    if (trial?.state !== 'active')
      return {
        kind: 'refused',
        reason: 'not_running',
        sentence: `The trial ${offerId} is not running: it is ${offer.state}.`,
      };
    if (actor.role === null)
      return { kind: 'refused', reason: 'not_allowed', sentence: 'Only account managers and RevOps can end a trial.' };
    const audit = {
      at: deps.now(),
      actor: actor.email,
      door: 'api',
      action: 'trial.ended',
      subject: offerId,
      detail: { reason },
    };
    await inTransaction(deps.store, (tx) => recordAudit(tx, audit));
    const outcome = await endTrial(deps, { offerId });
    const sentence =
      outcome.kind === 'done'
        ? 'The trial ends now.'
        : `The trial is being ended: ${'reason' in outcome ? outcome.reason : outcome.kind}.`;
    return { kind: 'accepted', state: trial.state, sentence };
  };
}
