import type { Iso } from '../../domain/model.ts';
import type { TouchDecision } from '../../domain/touch/types.ts';
import { inTransaction, listEffects } from '../../store/index.ts';
import { updateAlert } from '../alerts/update-alert.ts';
import type { Deps } from '../deps.ts';
import { effectKey } from '../effects/key.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal, forServiceMail } from '../effects/verdicts.ts';
import { companyOf, noConnection, openWith } from '../journey/alert.ts';
import { renderFor } from '../messages/render.ts';
import { aboutTrial, type TrialContext, trialContext } from './context.ts';
import { readTrialOutcome } from './outcome.ts';

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
  const over = await whyOver(deps, offerId, moment);
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
    decide: over === null ? forServiceMail(deps.configs.current().config.guardrails) : () => over,
  });
}

/** Held over night or through an incident, a mail may outlive what it speaks of. Null: it still holds. */
async function whyOver(deps: Deps, offerId: string, moment: TrialMoment): Promise<TouchDecision | null> {
  if (moment === 'ended') return null;
  switch (await readTrialOutcome(deps, { offerId, askBilling: false })) {
    case 'converted':
      return { kind: 'suppress', reason: 'after_upgrade', detail: 'the customer upgraded before it could leave' };
    case 'reverted':
      return { kind: 'suppress', reason: 'withdrawn', detail: 'the trial was over before it could leave' };
    case null:
      return null;
  }
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
    : await updateAlert(deps, context.event.id, {
        status: STATUS[context.trial.state](context),
        version: context.trial.state,
        buttons: 'none',
      });
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
