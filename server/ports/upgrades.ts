import type { Deps } from '../../activities/deps.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { findAccount, findSubscription, inTransaction, readPrices } from '../../store/index.ts';
import type { OpenUpgradeLink, UpgradeAnswer, UpgradeTarget, ViewUpgrade } from '../http/context.ts';

const CALL_MS = 8_000;
/** A customer has clicked and waits. */
const call = () => callWithin(CALL_MS, { priority: 'click' });

/** The subscription and price that an upgrade link stands for, as they are now; a sentence where it makes no sense any more. */
async function resolve(deps: Deps, target: UpgradeTarget) {
  const billing = deps.connections.with('billing');
  if (!billing) return unavailable('Upgrades are not available here. Please write to your account manager.');
  const found = await inTransaction(deps.store, async (tx) => ({
    account: await findAccount(tx, target.account),
    subscription: await findSubscription(tx, target.subscriptionId),
    prices: await readPrices(tx, billing.name),
  }));
  const { account, subscription } = found;
  const price = found.prices.find((one) => one.product === target.product && one.plan === target.plan);
  if (!account || !subscription || subscription.status === 'cancelled')
    return unavailable('This subscription has ended. Please write to your account manager.');
  if (subscription.plan === target.plan) return unavailable(`You are on this plan already. Nothing was changed.`);
  if (!price) return unavailable('This plan is not on sale any more. Please write to your account manager.');
  return { kind: 'ok' as const, value: { billing: billing.use, account, subscription, price } };
}

function unavailable(sentence: string): Extract<UpgradeAnswer<never>, { kind: 'unavailable' }> {
  return { kind: 'unavailable', sentence };
}

export function viewUpgrade(deps: Deps): ViewUpgrade {
  return async (target) => {
    const found = await resolve(deps, target);
    if (found.kind !== 'ok') return found;
    const { billing, account, subscription, price } = found.value;
    const { config } = deps.configs.current();
    const product = config.products[target.product];
    const { customerId, id: subscriptionId, itemId, quantity } = subscription;
    // Fixed for this look only: the portal shows the exact amount again before anything is charged.
    const prorationDate = Math.floor(Date.parse(deps.now()) / 1_000);
    const preview = await billing
      .previewChange({ customerId, subscriptionId, itemId, priceId: price.priceId, quantity, prorationDate }, call())
      .catch((error: unknown) => {
        deps.log.warn({ err: error, account: account.id }, 'billing gave no preview for an upgrade page');
        return null;
      });
    const value = {
      accountName: account.name,
      productName: product?.name ?? target.product,
      fromPlan: product?.plans[subscription.plan ?? '']?.name ?? subscription.plan ?? 'none',
      toPlan: product?.plans[target.plan]?.name ?? target.plan,
      currency: subscription.currency,
      currentMonthlyCents: subscription.mrrCents,
      nextMonthlyCents: preview?.newMonthlyCents ?? price.monthlyCents ?? 0,
      dueNowCents: preview?.dueNowCents ?? null,
    };
    return { kind: 'ok', value };
  };
}

export function openUpgradeLink(deps: Deps): OpenUpgradeLink {
  return async ({ returnUrl, ...target }) => {
    const found = await resolve(deps, target);
    if (found.kind !== 'ok') return found;
    const { billing, subscription, price } = found.value;
    const { customerId, id: subscriptionId, itemId, quantity } = subscription;
    try {
      const value = await billing.upgradeLink(
        { customerId, subscriptionId, itemId, priceId: price.priceId, quantity, returnUrl },
        call(),
      );
      return { kind: 'ok', value };
    } catch (error) {
      deps.log.warn({ err: error, account: target.account }, 'billing made no upgrade page');
      return unavailable(
        'The payment page could not be opened just now. Nothing was changed; please try again in a few minutes.',
      );
    }
  };
}
