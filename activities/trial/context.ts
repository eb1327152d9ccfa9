import type { LoadedConfig } from '../../config/load.ts';
import type { TriggerEvent } from '../../domain/model.ts';
import {
  findOffer,
  findTrial,
  inTransaction,
  type OfferRow,
  readTriggerEvents,
  type TrialRow,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { type AccountView, readAccountView } from '../messages/account-view.ts';

export interface TrialContext {
  offer: OfferRow;
  trial: TrialRow;
  loaded: LoadedConfig;
  view: AccountView;
  /** What led to the offer; null for a trial started by hand. */
  event: TriggerEvent | null;
}

/** @throws when the offer was never claimed: the door claims it before the workflow starts */
export async function trialContext(deps: Deps, offerId: string): Promise<TrialContext> {
  const loaded = deps.configs.current();
  const billing = deps.connections.with('billing')?.name ?? null;
  return await inTransaction(deps.store, async (tx) => {
    const offer = await findOffer(tx, offerId);
    const trial = await findTrial(tx, offerId);
    if (!offer || !trial) throw new Error(`offer ${offerId} was never claimed`);
    const view = await readAccountView(tx, loaded.config, { account: offer.account, product: offer.product, billing });
    if (!view) throw new Error(`account ${offer.account} of offer ${offerId} is gone`);
    const [event] = offer.triggerEventId === null ? [] : await readTriggerEvents(tx, [offer.triggerEventId]);
    return { offer, trial, loaded, view, event: event ?? null };
  });
}

/** A trial's effects belong to the offer; they are no touches. */
export function aboutTrial({ offer }: TrialContext, key: string, step: string) {
  const { account, product, journeyId, triggerEventId, id: offerId } = offer;
  return internalEffect({ key, account, product, step, journeyId, triggerEventId, offerId });
}
