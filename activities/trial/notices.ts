import type { Iso } from '../../domain/model.ts';
import { inTransaction, listEffects, readTriggerEvents } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { effectKey } from '../effects/key.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal, forServiceMail } from '../effects/verdicts.ts';
import { companyOf, markerOf, noConnection, openWith } from '../journey/alert.ts';
import { readAccountView } from '../messages/account-view.ts';
import { chatAlert } from '../messages/alert.ts';
import { renderFor } from '../messages/render.ts';
import { aboutTrial, type TrialContext, trialContext } from './context.ts';

export type TrialMoment = 'started' | 'reminder' | 'ended';
const DAY_MS = 86_400_000;

/** A service mail about a trial that the customer has. */
export async function sendTrialMail(
  deps: Deps,
  { offerId, moment }: { offerId: string; moment: TrialMoment },
): Promise<EffectOutcome<unknown>> {
  const context = await trialContext(deps, offerId);
  const { view, loaded, trial, event, offer } = context;
  const template = loaded.config.trials.mails[moment];
  const channel = deps.connections.channel('email');
  const open = channel && deps.connections.get(channel.name);
  if (!open || template === undefined) return noConnection('e-mail');
  const earlier = await inTransaction(deps.store, (tx) => listEffects(tx, { offerId }));
  const sent = earlier.find((effect) => effect.step === moment && effect.operation === 'message.send');
  const person = sent?.person ?? view.admin?.key ?? null;
  const key = sent?.key ?? effectKey({ subject: offerId, step: moment, operation: 'message.send', person });
  const now = deps.now();
  return await performEffect(deps, {
    connection: open,
    operation: 'message.send',
    about: { ...aboutTrial(context, key, moment), person, customerFacing: true, channel: 'email', category: 'service' },
    render: async () =>
      renderFor({
        loaded,
        view,
        template,
        channel: 'email',
        effectKey: key,
        meter: view.meters.find((meter) => meter.metric === event?.metric) ?? view.meters[0] ?? null,
        forecast: null,
        why: `${trial.actor} started a trial of ${offer.toPlan} for you`,
        offer: {
          plan: view.next?.name ?? offer.toPlan,
          ends_on: trial.endsAt,
          days_left: daysBetween(now, trial.endsAt),
          length_days: daysBetween(trial.grantedAt, trial.endsAt),
        },
        publicUrl: deps.publicUrl,
        now,
      }),
    decide: forServiceMail(deps.configs.current().config.guardrails),
  });
}

const STATUS: Record<TrialContext['trial']['state'], (context: TrialContext) => string> = {
  offered: () => 'Trial offered',
  granting: ({ trial }) => `Trial being set up, started by ${trial.actor}`,
  active: ({ trial }) => `Trial runs until ${trial.endsAt.slice(0, 10)}, started by ${trial.actor}`,
  converted: () => 'Upgraded during the trial',
  reverted: () => 'The trial ended without an upgrade',
  refused: ({ trial }) => `The trial could not start: ${trial.reason ?? 'billing refused'}`,
  expired: () => 'The offer expired',
};

/** The alert that offered the trial shows how it stands; its buttons are gone. */
export async function updateTrialAlert(deps: Deps, { offerId }: { offerId: string }): Promise<EffectOutcome<unknown>> {
  const context = await trialContext(deps, offerId);
  return context.event === null
    ? noConnection('alert')
    : await updateAlert(deps, context.event.id, STATUS[context.trial.state](context), context.trial.state);
}

/**
 * Updates the posted alert of a trigger event in place. Each version is an effect of its own; the text of one version
 * never changes.
 */
export async function updateAlert(
  deps: Deps,
  triggerEventId: string,
  status: string,
  version: string,
): Promise<EffectOutcome<unknown>> {
  const chat = openWith(deps, 'chat');
  if (!chat) return noConnection('chat');
  const effects = await inTransaction(deps.store, (tx) => listEffects(tx, { triggerEventId }));
  const posted = effects.find((effect) => effect.operation === 'chat.postAlert' && effect.phase === 'confirmed');
  if (!posted)
    return { kind: 'suppress', reason: 'nothing_to_send', detail: 'no alert was posted for this trigger event' };
  const at = postedAt(posted.result);
  if (!at) return { kind: 'suppress', reason: 'nothing_to_send', detail: 'the posted alert cannot be found again' };
  const updates = effects.filter((effect) => effect.operation === 'chat.updateAlert');
  const key = `${posted.key}:update:${version}`;
  const number = updates.findIndex((effect) => effect.key === key);
  const context = await alertContext(deps, triggerEventId);
  if (!context) return { kind: 'suppress', reason: 'nothing_to_send', detail: 'the account of this alert is gone' };
  const { config, view, event } = context;
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
      const nth = number === -1 ? updates.length + 2 : number + 2;
      const alert = chatAlert(config, view, event, {
        to: at.channel,
        buttons: [],
        status,
        version: nth,
        marker: markerOf(posted.key),
      });
      return { input: { ...alert, ...at } };
    },
    decide: forInternal,
  });
}

async function alertContext(deps: Deps, triggerEventId: string) {
  const { config } = deps.configs.current();
  const billing = deps.connections.with('billing')?.name ?? null;
  return await inTransaction(deps.store, async (tx) => {
    const [event] = await readTriggerEvents(tx, [triggerEventId]);
    const view = event
      ? await readAccountView(tx, config, { account: event.account, product: event.product, billing })
      : null;
    return event && view ? { config, event, view } : null;
  });
}

function postedAt(result: unknown): { channel: string; ts: string } | null {
  if (typeof result !== 'object' || result === null || !('channel' in result) || !('ts' in result)) return null;
  const { channel, ts } = result;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null;
}

/** A reverted trial is a topic for the next QBR. */
export async function tagTrialForQbr(deps: Deps, { offerId }: { offerId: string }): Promise<EffectOutcome<unknown>> {
  const context = await trialContext(deps, offerId);
  const crm = openWith(deps, 'crm');
  if (!crm) return noConnection('CRM');
  const { offer, trial, view } = context;
  return await performEffect(deps, {
    connection: crm,
    operation: 'crm.tagAccount',
    about: aboutTrial(context, effectKey({ subject: offerId, step: 'qbr', operation: 'crm.tagAccount' }), 'qbr'),
    render: async () => {
      const companyId = await companyOf(deps, crm.name, view.account.id);
      if (companyId === null) return { skip: `${view.account.id} is not linked to one company in ${crm.name}` };
      const tag = `trial of ${offer.toPlan} ended ${day(trial.endsAt)} without an upgrade`;
      return { input: { companyId, fields: { headroom_qbr_tag: tag, headroom_trial_state: 'reverted' } } };
    },
    decide: forInternal,
  });
}

function day(at: Iso): string {
  return at.slice(0, 10);
}

function daysBetween(from: Iso, to: Iso): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS));
}
