import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { TrialState } from '../../domain/model.ts';
import { nextTrialState } from '../../domain/trial/transitions.ts';
import type { TrialFact } from '../../domain/trial/types.ts';
import { changeTrial, enqueueWakes, inTransaction } from '../../store/index.ts';
import { readTrialOutcomeFacts } from '../../store/trial-outcome.ts';
import { takeCustomer } from '../billing/take-customer.ts';
import type { Deps } from '../deps.ts';
import { trialContext } from './context.ts';

const READ_MS = 10_000;

/** Null while it runs. Converted: the product's paid subscription went to another plan, at a higher price, since the trial began. */
export async function readTrialOutcome(
  deps: Deps,
  { offerId, askBilling }: { offerId: string; askBilling: boolean },
): Promise<'converted' | 'reverted' | null> {
  if (askBilling) await askForCustomer(deps, offerId);
  const facts = await inTransaction(deps.store, (tx) => readTrialOutcomeFacts(tx, offerId));
  if (facts.upgraded) return 'converted';
  return facts.subscription === 'ended' || facts.subscription === 'cancelled' ? 'reverted' : null;
}

async function askForCustomer(deps: Deps, offerId: string): Promise<void> {
  const { view } = await trialContext(deps, offerId);
  const billing = deps.connections.with('billing');
  if (!billing || !view.subscription) return;
  const wireReadAt = deps.wireNow();
  const customer = await billing.use.readCustomer(
    view.subscription.customerId,
    callWithin(READ_MS, { priority: 'message' }),
  );
  if (customer) await takeCustomer(deps, billing.name, customer, wireReadAt);
}

const FACT: Record<'active' | 'converted' | 'reverted' | 'refused', TrialFact> = {
  active: 'activated',
  converted: 'converted',
  reverted: 'reverted',
  refused: 'failed',
};

/** Writes down how a trial stands and wakes its journey. A change that the table does not allow changes nothing. */
export async function settleTrial(
  deps: Deps,
  { offerId, state, reason }: { offerId: string; state: keyof typeof FACT; reason: string },
): Promise<TrialState | null> {
  return await inTransaction(deps.store, async (tx) => {
    const now = deps.now();
    const next = await changeTrial(tx, offerId, FACT[state], nextTrialState, { now, reason });
    const { account, product } = await readTrialOutcomeFacts(tx, offerId);
    await enqueueWakes(tx, [{ account, product }], { start: false, now });
    return next;
  });
}
