import { conditionDeclarations } from '../../config/declarations.ts';
import { compileCondition } from '../../domain/conditions/index.ts';
import type { Iso } from '../../domain/model.ts';
import { boughtFeatures } from '../../domain/onboarding/bought-feature.ts';
import { modeAfterUpgrade } from '../../domain/onboarding/mode.ts';
import { scheduleOnboarding } from '../../domain/onboarding/schedule.ts';
import type { ScheduledStep } from '../../domain/onboarding/types.ts';
import { findSubscription, findUpgrade, inTransaction, listEffects, type UpgradeRow } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { internalEffect } from '../effects/about.ts';
import { effectKey } from '../effects/key.ts';
import { performEffect } from '../effects/perform.ts';
import type { EffectOutcome } from '../effects/plan.ts';
import { forInternal, forServiceMail } from '../effects/verdicts.ts';
import { companyOf, markerOf, noConnection, openWith } from '../journey/alert.ts';
import { type AccountView, conditionContext, readAccountView } from '../messages/account-view.ts';
import { renderFor } from '../messages/render.ts';

const DAY_MS = 86_400_000;

export interface UpgradeRef {
  subscriptionId: string;
  version: number;
  account: string;
  product: string;
}
export type OnboardingState = 'current' | 'taken_back' | 'followed';
export type OnboardingResult =
  | { kind: 'done' }
  | { kind: 'wait'; until: Iso }
  | { kind: 'ended'; state: 'taken_back' | 'followed' };

/** The sequence of the plan that was bought, with the built-in check-ins, counted from the upgrade. */
export async function planOnboarding(deps: Deps, ref: UpgradeRef): Promise<ScheduledStep[]> {
  const upgrade = await inTransaction(deps.store, (tx) => findUpgrade(tx, ref));
  if (!upgrade) return [];
  const { onboarding } = deps.configs.current().config;
  return scheduleOnboarding(upgrade.at, upgrade.toPlan === null ? null : (onboarding[upgrade.toPlan] ?? null));
}

export async function readOnboardingState(deps: Deps, ref: UpgradeRef): Promise<OnboardingState> {
  const { upgrade, subscription } = await inTransaction(deps.store, async (tx) => ({
    upgrade: await findUpgrade(tx, ref),
    subscription: await findSubscription(tx, ref.subscriptionId),
  }));
  if (!upgrade || upgrade.takenBackAt !== null || subscription?.status === 'cancelled') return 'taken_back';
  return subscription && subscription.version > ref.version ? 'followed' : 'current';
}

export async function performOnboardingStep(
  deps: Deps,
  { step, ...ref }: UpgradeRef & { step: ScheduledStep },
): Promise<OnboardingResult> {
  deps.lag.observe('timer', step.at, deps.now());
  const state = await readOnboardingState(deps, ref);
  if (state !== 'current') return { kind: 'ended', state };
  const billing = deps.connections.with('billing')?.name ?? null;
  const { config } = deps.configs.current();
  const { upgrade, view } = await inTransaction(deps.store, async (tx) => ({
    upgrade: await findUpgrade(tx, ref),
    view: await readAccountView(tx, config, { account: ref.account, product: ref.product, billing }),
  }));
  if (!upgrade || !view) return { kind: 'done' };
  const outcome = await perform(deps, step, upgrade, view);
  if (outcome.kind !== 'wait') return { kind: 'done' };
  return { kind: 'wait', until: outcome.until ?? new Date(Date.parse(deps.now()) + DAY_MS).toISOString() };
}

async function perform(
  deps: Deps,
  step: ScheduledStep,
  upgrade: UpgradeRow,
  view: AccountView,
): Promise<EffectOutcome<unknown>> {
  switch (step.kind) {
    case 'send':
      return await welcome(deps, step, upgrade, view);
    case 'check_in':
      return await checkIn(deps, step, upgrade, view);
    case 'quality':
      return await closingLook(deps, upgrade, view);
  }
}

async function welcome(
  deps: Deps,
  { step }: Extract<ScheduledStep, { kind: 'send' }>,
  upgrade: UpgradeRow,
  view: AccountView,
): Promise<EffectOutcome<unknown>> {
  const channel = deps.connections.channel(step.send.by);
  const open = channel && deps.connections.get(channel.name);
  if (!open) return noConnection(step.send.by);
  const loaded = deps.configs.current();
  const subject = subjectOf(upgrade);
  const earlier = await inTransaction(deps.store, (tx) =>
    listEffects(tx, { account: upgrade.account, connection: open.name }),
  );
  const sent = earlier.find((effect) => effect.key.startsWith(`${subject}:${step.id}:message.send:`));
  const person = sent?.person ?? view.admin?.key ?? null;
  const key = sent?.key ?? effectKey({ subject, step: step.id, operation: 'message.send', person });
  return await performEffect(deps, {
    connection: open,
    operation: 'message.send',
    about: {
      ...aboutUpgrade(deps, upgrade, key, step.id),
      person,
      customerFacing: true,
      channel: step.send.by,
      category: 'service',
    },
    render: async () =>
      renderFor({
        loaded,
        view,
        template: step.send.template,
        channel: step.send.by,
        effectKey: key,
        meter: view.meters[0] ?? null,
        forecast: null,
        why: `you moved to ${view.plan?.name ?? upgrade.toPlan} on ${upgrade.at.slice(0, 10)}`,
        offer: null,
        publicUrl: deps.publicUrl,
        now: deps.now(),
      }),
    decide: forServiceMail(deps.configs.current().config.guardrails),
  });
}

/** A task for the CSM: what was bought, and what of it is used by now. */
async function checkIn(
  deps: Deps,
  step: Extract<ScheduledStep, { kind: 'check_in' }>,
  upgrade: UpgradeRow,
  view: AccountView,
): Promise<EffectOutcome<unknown>> {
  const crm = openWith(deps, 'crm');
  if (!crm) return noConnection('CRM');
  const key = effectKey({ subject: subjectOf(upgrade), step: step.id, operation: 'crm.createTask' });
  return await performEffect(deps, {
    connection: crm,
    operation: 'crm.createTask',
    about: aboutUpgrade(deps, upgrade, key, step.id),
    render: async () => {
      const companyId = await companyOf(deps, crm.name, upgrade.account);
      if (companyId === null) return { skip: `${upgrade.account} is not linked to one company in ${crm.name}` };
      const lines = [
        `${view.account.name} (${view.account.id}) moved from ${upgrade.fromPlan ?? 'nothing'} to ${upgrade.toPlan ?? 'nothing'} on ${upgrade.at.slice(0, 10)}.`,
        ...firstUse(deps, upgrade, view),
        '',
        step.day === 7
          ? 'Ask: does the team know what is new? Help with the first use.'
          : 'Ask: did it bring what they hoped for? Note it for the next review.',
        '',
        `Ref: ${markerOf(key)}`,
      ];
      const input = {
        companyId,
        contactId: null,
        ownerId: (view.csm ?? view.owner)?.id ?? null,
        subject: `Day ${step.day} check-in: ${view.account.name}`,
        body: lines.join('\n'),
        dueAt: new Date(Date.parse(deps.now()) + 2 * DAY_MS).toISOString(),
        priority: 'MEDIUM' as const,
        marker: markerOf(key),
      };
      return { input };
    },
    decide: forInternal,
  });
}

/** After 90 days: the CRM shows whether the upgrade is used. */
async function closingLook(deps: Deps, upgrade: UpgradeRow, view: AccountView): Promise<EffectOutcome<unknown>> {
  const crm = openWith(deps, 'crm');
  if (!crm) return noConnection('CRM');
  const key = effectKey({ subject: subjectOf(upgrade), step: 'quality_90', operation: 'crm.tagAccount' });
  return await performEffect(deps, {
    connection: crm,
    operation: 'crm.tagAccount',
    about: aboutUpgrade(deps, upgrade, key, 'quality_90'),
    render: async () => {
      const companyId = await companyOf(deps, crm.name, upgrade.account);
      if (companyId === null) return { skip: `${upgrade.account} is not linked to one company in ${crm.name}` };
      const seen = firstUse(deps, upgrade, view).join(' ') || 'nothing tells whether it is used';
      return {
        input: {
          companyId,
          fields: { headroom_qbr_tag: `90 days after the upgrade to ${upgrade.toPlan}: ${seen}`.slice(0, 250) },
        },
      };
    },
    decide: forInternal,
  });
}

function firstUse(deps: Deps, upgrade: UpgradeRow, { account, product, meters }: AccountView): string[] {
  const { config } = deps.configs.current();
  const { plans, features } = config.products[product] ?? { plans: {}, features: {} };
  if (upgrade.toPlan === null) return [];
  const declarations = conditionDeclarations(config, 'feature');
  const context = conditionContext(account, meters, meters[0] ?? null);
  const answers = Object.entries(features).map(([key, { used_when }]) => {
    const compiled = used_when === undefined ? null : compileCondition(used_when, declarations);
    return [key, compiled?.ok ? compiled.tell(context) : null] as const;
  });
  const bought = boughtFeatures({
    features,
    planOrder: Object.keys(plans),
    fromPlan: upgrade.fromPlan,
    toPlan: upgrade.toPlan,
    answers: Object.fromEntries(answers),
  });
  const words = { true: 'in use', false: 'not used yet', null: 'not known' };
  return bought.map(({ name, used }) => `${name}: ${words[`${used}`]}.`);
}

function subjectOf({ subscriptionId, version }: UpgradeRow): string {
  return `${subscriptionId}:${version}`;
}

function aboutUpgrade(deps: Deps, { account, product }: UpgradeRow, key: string, step: string) {
  return internalEffect({ key, account, product, step, mode: modeAfterUpgrade(deps.configs.current().config) });
}
