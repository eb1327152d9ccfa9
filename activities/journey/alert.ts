import { createHash } from 'node:crypto';
import type { AlertStep } from '../../config/schema/index.ts';
import type { PerformResult } from '../../domain/journey/types.ts';
import type { Iso } from '../../domain/model.ts';
import { REASONS, type ReasonCode } from '../../domain/reasons.ts';
import { createOffer, inTransaction, type NewLink, readLinks } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { effectKey } from '../effects/key.ts';
import { performPatiently } from '../effects/patience.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal } from '../effects/verdicts.ts';
import { alertButtons, chatAlert, crmTask } from '../messages/alert.ts';
import { linkMaker } from '../messages/links.ts';
import type { StepInput } from './send-message.ts';
import { type StepContext, stepContext, toPerformResult } from './step-context.ts';

export type AlertBy = AlertStep['alert']['by'][number];

/** One alert on one surface: a chat message or a CRM task, with the button or link that starts a trial. */
export async function alertPerson(
  deps: Deps,
  { step, by, ...journey }: StepInput<AlertStep> & { by: AlertBy },
): Promise<PerformResult> {
  const context = await stepContext(deps, journey);
  if (!context) return { step: step.id, result: 'suppressed', reason: 'unlinked_account' };
  const outcome = await alertOwner(deps, context, by, step.id, step.alert);
  return toPerformResult(step.id, false, outcome);
}

const DEFAULTS: Pick<AlertStep['alert'], 'to' | 'sla'> = { to: 'account_manager', sla: 172_800_000 };

export async function alertOwner(
  deps: Deps,
  context: StepContext,
  by: AlertBy,
  stepId: string,
  alert: Pick<AlertStep['alert'], 'to' | 'sla'> = DEFAULTS,
): Promise<EffectOutcome<unknown>> {
  return by === 'slack'
    ? await postAlert(deps, context, stepId, alert)
    : await createTask(deps, context, stepId, alert);
}

/** The customer hears nothing for now: their account manager does, by chat where there is one, and why. */
export async function alertInsteadOfMessage(
  deps: Deps,
  context: StepContext,
  stepId: string,
  reason: ReasonCode,
): Promise<boolean> {
  const sentence = `${context.event.evidence.sentence} No message goes to the customer for now: ${REASONS[reason]}`;
  const event = { ...context.event, evidence: { ...context.event.evidence, sentence } };
  const by = openWith(deps, 'chat') ? 'slack' : 'crm_task';
  const outcome = await alertOwner(deps, { ...context, event }, by, `${stepId}.instead`);
  return outcome.kind === 'done' || outcome.kind === 'unclear';
}

async function postAlert(deps: Deps, context: StepContext, stepId: string, { to }: Pick<AlertStep['alert'], 'to'>) {
  const chat = openWith(deps, 'chat');
  if (!chat) return noConnection('chat');
  const { config } = context.loaded;
  const { event, view } = context;
  const key = effectKey({ subject: event.id, step: stepId, operation: 'chat.postAlert' });
  const person = to === 'csm' ? (view.csm ?? view.owner) : view.owner;
  return await performPatiently(deps, {
    connection: chat,
    operation: 'chat.postAlert',
    about: about(context, key, stepId),
    render: async () => {
      const offerId = await offerTrial(deps, context);
      const buttons = alertButtons(config, view, { offerId, onIt: event.id });
      const input = chatAlert(config, view, event, {
        to: person?.email ?? config.routing.fallback.slack,
        buttons,
        status: null,
        version: 1,
        marker: markerOf(key),
      });
      return { input };
    },
    decide: forInternal,
  });
}

async function createTask(deps: Deps, context: StepContext, stepId: string, { sla }: Pick<AlertStep['alert'], 'sla'>) {
  const crm = openWith(deps, 'crm');
  if (!crm) return noConnection('CRM');
  const { event, view, loaded } = context;
  const key = effectKey({ subject: event.id, step: stepId, operation: 'crm.createTask' });
  return await performPatiently(deps, {
    connection: crm,
    operation: 'crm.createTask',
    about: about(context, key, stepId),
    render: async () => {
      const company = await companyOf(deps, crm.name, view.account.id);
      if (company === null) return { skip: `${view.account.id} is not linked to one company in ${crm.name}` };
      const now = deps.now();
      const offerId = await offerTrial(deps, context);
      const links = linkMaker({
        publicUrl: deps.publicUrl,
        account: view.account.id,
        person: view.owner?.email ?? null,
        effectKey: key,
        now,
      });
      const trialUrl =
        offerId === null
          ? null
          : links.make('action', { action: 'start_trial', offerId, actor: view.owner?.email ?? null });
      const dueAt = new Date(Date.parse(now) + sla).toISOString();
      const made: NewLink[] = links.made;
      return {
        input: crmTask(loaded.config, view, event, { companyId: company, dueAt, trialUrl, marker: markerOf(key) }),
        links: made,
      };
    },
    decide: forInternal,
  });
}

/** One offer a trigger event, whichever surface shows it; none where there is no next plan or a trial makes no sense. */
async function offerTrial(deps: Deps, { event, view, journeyId, loaded, mode }: StepContext): Promise<string | null> {
  const fits = view.plan && view.next && view.prices && event.kind !== 'decline_after_limit' && mode === 'live';
  if (!fits || !view.plan || !view.next) return null;
  const createdAt: Iso = deps.now();
  const offer = {
    id: offerIdOf(event.id),
    account: view.account.id,
    product: view.product,
    fromPlan: view.plan.key,
    toPlan: view.next.key,
    triggerEventId: event.id,
    state: 'offered' as const,
    expiresAt: new Date(Date.parse(createdAt) + loaded.config.trials.offer_expires).toISOString(),
    createdAt,
    journeyId,
  };
  await inTransaction(deps.store, (tx) => createOffer(tx, offer));
  return offer.id;
}

export function offerIdOf(triggerEventId: string): string {
  return `of_${createHash('sha256').update(triggerEventId).digest('base64url').slice(0, 22)}`;
}

/** What `find` looks for at the vendor: unique, and tells nothing. */
export function markerOf(key: string): string {
  return `hr-${createHash('sha256').update(key).digest('base64url').slice(0, 16)}`;
}

export async function companyOf(deps: Deps, connection: string, account: string): Promise<string | null> {
  const links = await inTransaction(deps.store, (tx) => readLinks(tx, [account]));
  const [link, second] = links.filter((one) => one.connection === connection);
  return link && !second ? link.externalId : null;
}

export function openWith(deps: Deps, capability: 'chat' | 'crm' | 'billing') {
  const found = deps.connections.with(capability);
  return found && deps.connections.get(found.name);
}

export function noConnection(what: string): EffectOutcome<never> {
  return { kind: 'suppress', reason: 'no_connection', detail: `no ${what} connection is configured` };
}

export function about({ journeyId, state, event, mode }: StepContext, key: string, step: string) {
  const { account, product, play } = state;
  return internalEffect({ key, account, product, play, step, journeyId, triggerEventId: event.id, mode });
}
