import type { Config } from '../../config/schema/index.ts';
import { annualValue } from '../../domain/attribution/annual-value.ts';
import { creditContraction } from '../../domain/attribution/contraction.ts';
import { creditUpgrade } from '../../domain/attribution/credit-upgrade.ts';
import type { Iso, Subscription, Upgrade } from '../../domain/model.ts';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import {
  enqueue,
  insertUpgrade,
  readCreditFacts,
  readCredits,
  saveCredits,
  type Tx,
  type UpgradeRow,
  upgradesUpTo,
} from '../../store/index.ts';

/** What an account manager sees, by operation: with outreach after it, it earns credit. */
export const ALERT_OPERATIONS = ['chat.postAlert', 'crm.createTask'];

/** A real change of a paid subscription: credited, or its credit taken back, once for each version. */
export async function takeRevenueChange(
  tx: Tx,
  config: Config,
  { before, after, unchangedAt }: { before: Subscription; after: Subscription; unchangedAt: Iso | null },
  now: Iso,
): Promise<void> {
  const earlierUpgrades = await upgradesUpTo(tx, { subscriptionId: before.id, version: before.version });
  await wakeOnboarding(tx, earlierUpgrades, now);
  const base = recognised(before, earlierUpgrades);
  const upgrade: Upgrade = {
    id: `up_${after.id}_${after.version}`,
    account: after.account,
    product: after.product,
    subscriptionId: after.id,
    version: after.version,
    fromPlan: base.plan,
    toPlan: after.plan,
    fromMrrCents: base.mrrCents,
    toMrrCents: after.mrrCents,
    acvCents: annualValue(base.mrrCents, after.mrrCents),
    at: now,
  };
  if (upgrade.acvCents === 0) return;
  if (!(await insertUpgrade(tx, { ...upgrade, unchangedAt }))) return;
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
}

/** The onboarding of the upgrade before this change ends now: another one begins, or there is nothing left to welcome. */
async function wakeOnboarding(tx: Tx, earlier: UpgradeRow[], now: Iso): Promise<void> {
  const last = earlier.find((upgrade) => upgrade.acvCents > 0);
  if (!last) return;
  const { subscriptionId, version, account, product } = last;
  const target = onboardingWorkflowId(subscriptionId, version);
  await enqueue(tx, [{ kind: 'signal_onboarding', target, body: { subscriptionId, version, account, product } }], now);
}

/** What a change is measured from: upgrades that were taken back brought nothing, so that their end takes nothing. */
function recognised(before: Subscription, earlier: UpgradeRow[]): Pick<Subscription, 'plan' | 'mrrCents'> {
  let base: Pick<Subscription, 'plan' | 'mrrCents'> = before;
  for (const { takenBackAt, fromPlan, fromMrrCents } of earlier) {
    if (takenBackAt === null) break;
    base = { plan: fromPlan, mrrCents: fromMrrCents };
  }
  return base;
}
