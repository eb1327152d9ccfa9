import type { Config } from '../../config/schema/index.ts';
import { annualValue } from '../../domain/attribution/annual-value.ts';
import { creditContraction } from '../../domain/attribution/contraction.ts';
import { creditUpgrade } from '../../domain/attribution/credit-upgrade.ts';
import type { Iso, Subscription, Upgrade } from '../../domain/model.ts';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import { enqueue, insertUpgrade, readCreditFacts, readCredits, saveCredits, type Tx } from '../../store/index.ts';

/** What an account manager sees, by operation: with outreach after it, it earns credit. */
export const ALERT_OPERATIONS = ['chat.postAlert', 'crm.createTask'];

/** A real change of a paid subscription: credited, or its credit taken back, once for each version. */
export async function takeRevenueChange(
  tx: Tx,
  config: Config,
  { before, after }: { before: Subscription; after: Subscription },
  now: Iso,
): Promise<void> {
  const upgrade: Upgrade = {
    id: `up_${after.id}_${after.version}`,
    account: after.account,
    product: after.product,
    subscriptionId: after.id,
    version: after.version,
    fromPlan: before.plan,
    toPlan: after.plan,
    fromMrrCents: before.mrrCents,
    toMrrCents: after.mrrCents,
    acvCents: annualValue(before.mrrCents, after.mrrCents),
    at: now,
  };
  if (upgrade.acvCents === 0) return;
  if (!(await insertUpgrade(tx, upgrade))) return;
  const { account, product } = upgrade;
  const ago = (ms: number) => new Date(Date.parse(now) - ms).toISOString();
  const { attribution } = config;
  if (upgrade.acvCents < 0) {
    const earlier = await readCredits(tx, { account, product, since: ago(attribution.contraction) });
    await saveCredits(tx, creditContraction({ contraction: upgrade, earlier, config: attribution }), now);
    return;
  }
  const facts = await readCreditFacts(tx, {
    account,
    product,
    since: ago(attribution.window),
    until: now,
    alertOperations: ALERT_OPERATIONS,
  });
  await saveCredits(tx, creditUpgrade({ upgrade, ...facts, config: attribution }), now);
  const body = { subscriptionId: after.id, version: after.version, account, product };
  await enqueue(tx, [{ kind: 'start_onboarding', target: onboardingWorkflowId(after.id, after.version), body }], now);
  if (before.version > 1) {
    // An earlier upgrade's onboarding ends where the next one begins.
    await enqueue(
      tx,
      [{ kind: 'signal_onboarding', target: onboardingWorkflowId(after.id, before.version), body }],
      now,
    );
  }
}
