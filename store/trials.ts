import { and, desc, eq, gt, gte, inArray, lte, or } from 'drizzle-orm';
import type { Iso, Offer, TrialState } from '../domain/model.ts';
import type { NextTrialState, TrialDecision, TrialFact, TrialRequest } from '../domain/trial/types.ts';
import { trialWorkflowId } from '../domain/workflow-ids.ts';
import { recordDecision } from './decisions.ts';
import { wakeRunning } from './journeys.ts';
import { lock } from './locks.ts';
import { enqueue } from './outbox.ts';
import { offer, trial } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { loadTrialFacts } from './trial-facts.ts';

export type TrialRow = typeof trial.$inferSelect;
export type OfferRow = typeof offer.$inferSelect;

/** Keeps an offer; the same id again changes nothing. */
export async function createOffer(tx: Tx, input: Offer & { journeyId: string | null }): Promise<void> {
  await tx
    .insert(offer)
    .values({ ...input, updatedAt: input.createdAt })
    .onConflictDoNothing();
}

export async function findOffer(tx: Tx, id: string): Promise<OfferRow | null> {
  const [row] = await tx.select().from(offer).where(eq(offer.id, id));
  return row ?? null;
}

/** An offer that can still be taken, or whose trial is on its way: the newest one. */
export async function findStandingOffer(
  tx: Tx,
  of: { account: string; product: string; fromPlan: string; now: Iso },
): Promise<string | null> {
  const takeable = and(eq(offer.state, 'offered'), gt(offer.expiresAt, of.now));
  const [row] = await tx
    .select({ id: offer.id })
    .from(offer)
    .where(
      and(
        eq(offer.account, of.account),
        eq(offer.product, of.product),
        eq(offer.fromPlan, of.fromPlan),
        or(takeable, inArray(offer.state, ['granting', 'active'])),
      ),
    )
    .orderBy(desc(offer.createdAt), offer.id)
    .limit(1);
  return row?.id ?? null;
}

/** How many offers of that day billing refused to begin. */
export async function countRefusedOffers(
  tx: Tx,
  of: { account: string; product: string; since: Iso },
): Promise<number> {
  return await tx.$count(
    offer,
    and(
      eq(offer.account, of.account),
      eq(offer.product, of.product),
      eq(offer.state, 'refused'),
      gte(offer.createdAt, of.since),
    ),
  );
}

/** What the store knows of a trial request; role, next plan and approval rules are the caller's to add. */
export type TrialFacts = Pick<
  TrialRequest,
  | 'now'
  | 'offer'
  | 'accountName'
  | 'currentPlan'
  | 'hadTrialAt'
  | 'otherOpenTrial'
  | 'overdueInvoices'
  | 'monthlyPriceCents'
  | 'incident'
  | 'paused'
> & { account: string; product: string /** E-mail of the account's owner in the CRM. */; ownerEmail: string | null };

export interface ClaimOffer {
  /** Who asked, and through which door: slack, crm_link, api. */
  actor: string;
  door: string;
  /** Connection that bills: its pause holds trials too. */
  billing: string;
  trialMs: number;
  now: Iso;
}

/**
 * Decides on a trial and claims its offer, atomically under the account's lock, by whichever door the click came. A
 * refusal is kept with its sentence and starts nothing; a yes starts the trial's workflow, whatever dies next. @returns null when there is no such offer
 */
export async function claimOffer(
  tx: Tx,
  offerId: string,
  input: ClaimOffer,
  decide: (facts: TrialFacts) => TrialDecision,
): Promise<{ decision: TrialDecision; offer: OfferRow; trial: TrialRow | null } | null> {
  const seen = await findOffer(tx, offerId);
  if (!seen) return null;
  await lock(tx, { accounts: [seen.account] });
  const [claimed] = await tx.select().from(offer).where(eq(offer.id, offerId)).for('no key update');
  if (!claimed) return null;
  const decision = decide(await loadTrialFacts(tx, claimed, input));
  const { account, product, triggerEventId, journeyId } = claimed;
  const about = { account, product, triggerEventId, journeyId, operation: 'startTrial', at: input.now };
  if (decision.kind === 'refuse' || decision.kind === 'needs_approval') {
    const reason = decision.kind === 'refuse' ? decision.reason : 'needs_approval';
    await recordDecision(tx, {
      ...about,
      dedupe: `trial:${offerId}:${reason}`,
      kind: 'refuse',
      reason,
      detail: decision.sentence,
    });
  }
  if (decision.kind !== 'grant') return { decision, offer: claimed, trial: await findTrial(tx, offerId) };

  const endsAt = new Date(Date.parse(input.now) + input.trialMs).toISOString();
  const { actor, door, now } = input;
  const values = {
    offerId,
    account,
    product,
    plan: decision.plan,
    state: 'granting' as const,
    actor,
    door,
    grantedAt: now,
    endsAt,
  };
  const [granted] = await tx.insert(trial).values(values).returning();
  await tx.update(offer).set({ state: 'granting', updatedAt: now }).where(eq(offer.id, offerId));
  await recordDecision(tx, { ...about, kind: 'send', reason: 'granted', detail: decision.sentence });
  const start = { offerId, account, product, actor, surface: door };
  await enqueue(tx, [{ kind: 'start_trial', target: trialWorkflowId(offerId), body: start }], now);
  return { decision, offer: { ...claimed, state: 'granting' }, trial: granted ?? null };
}

/**
 * Moves a trial and its offer on by a fact. `next` is the domain's table of legal changes.
 * @returns the new state; null when the fact may not follow, and nothing was changed
 */
export async function changeTrial(
  tx: Tx,
  offerId: string,
  fact: TrialFact,
  next: NextTrialState,
  input: { now: Iso; reason?: string; subscriptionId?: string; endsAt?: Iso },
): Promise<TrialState | null> {
  const seen = await findOffer(tx, offerId);
  if (!seen) return null;
  await lock(tx, { accounts: [seen.account] });
  const [current] = await tx.select().from(offer).where(eq(offer.id, offerId)).for('no key update');
  const state = current ? next(current.state, fact) : null;
  if (state === null) return null;
  const { now, reason, subscriptionId, endsAt } = input;
  const over = state !== 'granting' && state !== 'active';
  await tx.update(offer).set({ state, reason, updatedAt: now }).where(eq(offer.id, offerId));
  await tx
    .update(trial)
    .set({
      state,
      reason,
      subscriptionId,
      endsAt,
      ...(state === 'active' ? { startedAt: now } : {}),
      ...(over ? { endedAt: now } : {}),
    })
    .where(eq(trial.offerId, offerId));
  await wakeRunning(tx, [seen.account], now);
  return state;
}

export async function findTrial(tx: Tx, offerId: string): Promise<TrialRow | null> {
  const [row] = await tx.select().from(trial).where(eq(trial.offerId, offerId));
  return row ?? null;
}

/** Newest first. */
export async function listTrials(
  tx: Tx,
  filter: { account?: string; states?: TrialState[]; limit?: number } = {},
): Promise<TrialRow[]> {
  return tx
    .select()
    .from(trial)
    .where(
      and(
        filter.account === undefined ? undefined : eq(trial.account, filter.account),
        filter.states && inArray(trial.state, filter.states),
      ),
    )
    .orderBy(desc(trial.grantedAt), trial.offerId)
    .limit(filter.limit ?? 100);
}

/** Offers nobody took in time are closed. @returns how many */
export async function expireOffers(tx: Tx, now: Iso): Promise<number> {
  const result = await tx
    .update(offer)
    .set({ state: 'expired', updatedAt: now })
    .where(and(eq(offer.state, 'offered'), lte(offer.expiresAt, now)));
  return result.rowCount ?? 0;
}
