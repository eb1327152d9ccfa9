import { findOffer, inTransaction, listEffects, readTriggerEvents } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal } from '../effects/verdicts.ts';
import { markerOf, noConnection, offerIdOf, openWith } from '../journey/alert.ts';
import { readAccountView } from '../messages/account-view.ts';
import { alertButtons, chatAlert } from '../messages/alert.ts';

export interface AlertNews {
  /** What happened since: "Ana is on it". */
  status: string;
  /** Names this state of the alert: told again, it is the same update. */
  version: string;
  /** Who may still act: everybody; only on the trial, when somebody has taken the alert over; nobody. */
  buttons: 'all' | 'trial' | 'none';
}

/**
 * Updates the posted alert of a trigger event in place. Each version is an effect of its own; the text of one version
 * never changes.
 */
export async function updateAlert(
  deps: Deps,
  triggerEventId: string,
  news: AlertNews,
): Promise<EffectOutcome<unknown>> {
  const chat = openWith(deps, 'chat');
  if (!chat) return noConnection('chat');
  const context = await alertContext(deps, triggerEventId);
  if (!context) return nothing('the account of this alert is gone');
  const { config, view, event, effects, offered } = context;
  const posted = effects.find((effect) => effect.operation === 'chat.postAlert' && effect.phase === 'confirmed');
  const at = posted && postedAt(posted.result);
  if (!posted || !at) return nothing('no alert was posted for this trigger event');
  const updates = effects.filter((effect) => effect.operation === 'chat.updateAlert');
  const key = `${posted.key}:update:${news.version}`;
  const taken = updates.some((effect) => effect.key.endsWith(':on_it'));
  return await performEffect(deps, {
    connection: chat,
    operation: 'chat.updateAlert',
    about: internalEffect({
      key,
      account: event.account,
      product: event.product,
      play: event.play,
      step: posted.step,
      journeyId: posted.journeyId,
      triggerEventId,
    }),
    render: async () => {
      const buttons = alertButtons(config, view, {
        offerId: news.buttons !== 'none' && offered ? offerIdOf(event.id) : null,
        onIt: news.buttons === 'all' && !taken ? event.id : null,
      });
      const delivery = {
        to: at.channel,
        buttons,
        status: news.status,
        version: updates.length + 2,
        marker: markerOf(posted.key),
      };
      return { input: { ...chatAlert(config, view, event, delivery), ...at } };
    },
    decide: forInternal,
  });
}

async function alertContext(deps: Deps, triggerEventId: string) {
  const { config } = deps.configs.current();
  const billing = deps.connections.with('billing')?.name ?? null;
  return await inTransaction(deps.store, async (tx) => {
    const [event] = await readTriggerEvents(tx, [triggerEventId]);
    if (!event) return null;
    const view = await readAccountView(tx, config, { account: event.account, product: event.product, billing });
    const offer = await findOffer(tx, offerIdOf(triggerEventId));
    const effects = await listEffects(tx, { triggerEventId });
    return view && { config, event, view, effects, offered: offer?.state === 'offered' };
  });
}

function nothing(detail: string): EffectOutcome<never> {
  return { kind: 'suppress', reason: 'nothing_to_send', detail };
}

function postedAt(result: unknown): { channel: string; ts: string } | null {
  if (typeof result !== 'object' || result === null || !('channel' in result) || !('ts' in result)) return null;
  const { channel, ts } = result;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null;
}
