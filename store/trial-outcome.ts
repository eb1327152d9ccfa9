import { eq, sql } from 'drizzle-orm';
import { trial, trialSubscription, upgrade } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface TrialOutcomeFacts {
  account: string;
  product: string;
  /** Null: billing has not shown the trial's subscription yet. */
  subscription: 'trialing' | 'ended' | 'cancelled' | null;
  /**
   * The trial's product went to another plan for more money while the trial ran, and that was not taken back. A seat more,
   * or a discount that ended, says nothing of the plan that is tried.
   */
  upgraded: boolean;
}

/** How a trial came out, as far as the store knows. */
export async function readTrialOutcomeFacts(tx: Tx, offerId: string): Promise<TrialOutcomeFacts> {
  const [row] = await tx
    .select({
      account: trial.account,
      product: trial.product,
      subscription: trialSubscription.status,
      upgraded: sql<boolean>`exists (select from ${upgrade} u where u.account = ${trial.account} and u.product = ${trial.product}
        and u.acv_cents > 0 and u.to_plan is distinct from u.from_plan and u.taken_back_at is null and u.at >= ${trial.grantedAt})`,
    })
    .from(trial)
    .leftJoin(trialSubscription, eq(trialSubscription.offerId, trial.offerId))
    .where(eq(trial.offerId, offerId))
    .orderBy(sql`${trialSubscription.endsAt} desc nulls last`)
    .limit(1);
  if (!row) throw new Error(`there is no trial of offer ${offerId}`);
  return row;
}
