import type { Config } from '../../config/schema/index.ts';
import { whyUnpaid } from '../../domain/attribution/unpaid.ts';
import type { Iso } from '../../domain/model.ts';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import { enqueue, listUnpaidUpgrades, type Tx, takeBackUpgrade } from '../../store/index.ts';

/**
 * Takes back our record of upgrades whose invoice stays unpaid: their credit is cancelled, their onboarding ends now.
 * @param account null: of everybody, as time alone makes an unpaid invoice old. @returns how many
 */
export async function takeBackUnpaid(tx: Tx, config: Config, account: string | null, now: Iso): Promise<number> {
  const { unpaid: patience } = config.attribution;
  let taken = 0;
  for (const { upgrade, invoices, subscriptionEnded } of await listUnpaidUpgrades(tx, account)) {
    const reason = whyUnpaid({ upgrade, invoices, subscriptionEnded, patience, now });
    if (reason === null || !(await takeBackUpgrade(tx, upgrade.id, { reason, now }))) continue;
    taken += 1;
    const { subscriptionId, version, product } = upgrade;
    const body = { subscriptionId, version, account: upgrade.account, product };
    const target = onboardingWorkflowId(subscriptionId, version);
    await enqueue(tx, [{ kind: 'signal_onboarding', target, body }], now);
  }
  return taken;
}
