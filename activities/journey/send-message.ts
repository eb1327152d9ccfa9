import type { SendStep } from '../../config/schema/index.ts';
import { findTemplate } from '../../config/templates.ts';
import type { JourneyState, PerformResult } from '../../domain/journey/types.ts';
import { alertInstead } from '../../domain/touch/alert-instead.ts';
import { inTransaction, keepVerdict } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { effectKey } from '../effects/key.ts';
import { performPatiently } from '../effects/patience.ts';
import { forTouch } from '../effects/verdicts.ts';
import { refreshAccount } from '../fresh.ts';
import { renderFor } from '../messages/render.ts';
import { about, alertInsteadOfMessage, alertOwner } from './alert.ts';
import { type StepContext, stepContext, toPerformResult } from './step-context.ts';

export interface StepInput<S> {
  journeyId: string;
  state: JourneyState;
  step: S;
}

/** A touch: one message to the account's primary admin. Without an admin the account manager is asked to find one. */
export async function sendMessage(deps: Deps, { step, ...journey }: StepInput<SendStep>): Promise<PerformResult> {
  const context = await stepContext(deps, journey);
  if (!context) return { step: step.id, result: 'suppressed', reason: 'unlinked_account' };
  const { by, template } = step.send;
  const connection = deps.connections.channel(by);
  const open = connection && deps.connections.get(connection.name);
  if (!open) return { step: step.id, result: 'suppressed', reason: 'no_connection' };
  const { event, view, state } = context;
  const person = view.admin?.key ?? null;
  // Claimed before under another admin's name: that one stays the recipient, or two people would get it.
  const earlier = context.earlier.find((effect) => effect.step === step.id && effect.operation === 'message.send');
  if (person === null && !earlier) return await findSomebody(deps, context, step);
  const key = earlier?.key ?? effectKey({ subject: event.id, step: step.id, operation: 'message.send', person });
  const compiled = findTemplate(context.loaded.templates, {
    name: template,
    channel: by,
    plan: view.plan?.key ?? '_all',
  });
  const outcome = await performPatiently(deps, {
    connection: open,
    operation: 'message.send',
    about: {
      key,
      account: state.account,
      product: state.product,
      person: earlier?.person ?? person,
      play: state.play,
      step: step.id,
      journeyId: context.journeyId,
      triggerEventId: event.id,
      offerId: null,
      customerFacing: true,
      touch: true,
      channel: by,
      category: compiled?.category ?? 'marketing',
      mode: context.mode,
    },
    render: async () => renderTouch(deps, context, step, key),
    decide: forTouch(deps.configs.current().config.guardrails),
    refresh: () => refreshAccount(deps, state.account),
  });
  return await tellInstead(deps, context, toPerformResult(step.id, true, outcome));
}

/** A message that waits for long, or never comes, is told to the account manager. */
async function tellInstead(deps: Deps, context: StepContext, result: PerformResult): Promise<PerformResult> {
  const { state, loaded } = context;
  const steps = loaded.config.plays[state.play]?.steps ?? [];
  const { guardrails } = deps.configs.current().config;
  const reason = alertInstead(result, { state, steps, guardrails });
  if (reason === null || result.result === 'done') return result;
  const alerted = await alertInsteadOfMessage(deps, context, result.step, reason);
  return alerted ? { ...result, alerted } : result;
}

/** Nobody to write to: the account manager is asked to find a contact, and the refusal is kept. */
async function findSomebody(deps: Deps, context: StepContext, step: SendStep): Promise<PerformResult> {
  const verdict = { kind: 'suppress' as const, reason: 'no_person' as const, detail: 'the account has no known admin' };
  const key = effectKey({ subject: context.event.id, step: step.id, operation: 'message.send' });
  const decided = { ...about(context, key, step.id), operation: 'message.send', now: deps.now() };
  await inTransaction(deps.store, (tx) => keepVerdict(tx, decided, verdict));
  const asked = await alertOwner(deps, context, 'slack', `${step.id}.no_admin`);
  if (asked.kind === 'wait') return toPerformResult(step.id, true, asked);
  return toPerformResult(step.id, true, verdict);
}

function renderTouch(deps: Deps, context: StepContext, step: SendStep, key: string) {
  const { view, event, loaded } = context;
  return renderFor({
    loaded,
    view,
    template: step.send.template,
    channel: step.send.by,
    effectKey: key,
    meter: view.meters.find((meter) => meter.metric === event.metric) ?? null,
    forecast: event.forecast,
    why: event.evidence.sentence,
    offer: null,
    publicUrl: deps.publicUrl,
    now: deps.now(),
  });
}
