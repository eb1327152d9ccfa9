import { conditionDeclarations } from '../../config/declarations.ts';
import type { MeterView, PlanView } from '../../config/render/context.ts';
import { planView } from '../../config/render/views.ts';
import type { Config } from '../../config/schema/index.ts';
import { type ConditionContext, compileCondition } from '../../domain/conditions/index.ts';
import { primaryAdmin } from '../../domain/identity/primary-admin.ts';
import type { Account, Subscription, TeamMember } from '../../domain/model.ts';
import { chooseFeatures } from '../../domain/offer/choose-features.ts';
import { nextPlan } from '../../domain/offer/next-plan.ts';
import { socialProof } from '../../domain/offer/social-proof.ts';
import type { ChosenFeature, FeatureAnswers } from '../../domain/offer/types.ts';
import type { Meter } from '../../domain/usage/types.ts';
import {
  countAccountsOnPlan,
  findAccount,
  findPaidSubscription,
  findTeamMember,
  loadMeters,
  type PersonOfAccount,
  readPeople,
  readPrices,
  type Tx,
} from '../../store/index.ts';

/** Everything a message, an alert or an offer says about an account's product, read together. */
export interface AccountView {
  account: Account;
  product: string;
  productName: string;
  subscription: Subscription | null;
  plan: PlanView | null;
  next: PlanView | null;
  meters: Meter[];
  /** The person that messages go to; null when none fits. */
  admin: PersonOfAccount | null;
  /** Who is in charge, while they are with us: the CRM refuses a task for one who left, and nobody reads their alerts. */
  owner: TeamMember | null;
  csm: TeamMember | null;
  prices: { currentCents: number; nextCents: number; nextPriceId: string } | null;
  features: ChosenFeature[];
  socialProof: string | null;
}

/** @param billing the connection whose prices count; null without billing */
export async function readAccountView(
  tx: Tx,
  config: Config,
  input: { account: string; product: string; billing: string | null },
): Promise<AccountView | null> {
  const account = await findAccount(tx, input.account);
  const product = config.products[input.product];
  if (account === null || product === undefined) return null;
  const subscription = await findPaidSubscription(tx, account.id, input.product);
  const meters = (await loadMeters(tx, [account.id])).filter((meter) => meter.product === input.product);
  const people = await readPeople(tx, [account.id]);
  const chosen = primaryAdmin(people, config.identity.primary_admin);
  const next = subscription?.plan ? nextPlan(product, subscription.plan) : null;
  const there =
    next === null ? 0 : await countAccountsOnPlan(tx, { product: input.product, plan: next, segment: account.segment });
  const prices = input.billing === null ? [] : await readPrices(tx, input.billing);
  const nextPrice = prices.find((price) => price.product === input.product && price.plan === next);
  const features = subscription?.plan
    ? chooseFeatures({
        features: product.features,
        planOrder: Object.keys(product.plans),
        currentPlan: subscription.plan,
        nextPlan: next,
        answers: answerFeatures(config, input.product, account, meters),
      }).chosen
    : [];
  return {
    account,
    product: input.product,
    productName: product.name ?? input.product,
    subscription,
    plan: subscription?.plan ? planView(product, subscription.plan) : null,
    next: next === null ? null : planView(product, next),
    meters,
    admin: people.find((person) => person.key === chosen?.key) ?? null,
    owner: await findActive(tx, account.ownerId),
    csm: await findActive(tx, account.csmId),
    prices:
      subscription && nextPrice?.monthlyCents != null
        ? {
            currentCents: subscription.mrrCents,
            nextCents: nextPrice.monthlyCents * units(product, next, subscription),
            nextPriceId: nextPrice.priceId,
          }
        : null,
    features,
    socialProof:
      next === null ? null : socialProof({ product, nextPlan: next, segment: account.segment, accountsThere: there }),
  };
}

async function findActive(tx: Tx, id: string | null): Promise<TeamMember | null> {
  const member = id === null ? null : await findTeamMember(tx, { id });
  return member?.active ? member : null;
}

/** A plan sold by the seat costs its price for each of them; any other plan is one price. */
function units(product: Config['products'][string], plan: string | null, { quantity }: Subscription): number {
  const limits = Object.values(product.plans[plan ?? '']?.limits ?? {});
  return limits.some((limit) => typeof limit === 'object' && limit.from === 'subscription.quantity') ? quantity : 1;
}

export function meterView(config: Config, meter: Meter): MeterView {
  const { name, unit } = config.metrics[meter.metric] ?? { name: undefined, unit: '' };
  return {
    key: meter.metric,
    name: name ?? meter.metric,
    unit,
    used: meter.used,
    limit: meter.limit,
    left: meter.limit === null ? null : Math.max(0, meter.limit - meter.used),
    utilization: meter.utilization,
  };
}

/** What conditions are asked about. @param meter the one that tripped: `used`, `limit` and `utilization` are its own */
export function conditionContext(account: Account, meters: Meter[], meter: Meter | null): ConditionContext {
  return {
    facts: account.facts,
    metrics: Object.fromEntries(
      meters.map(({ metric, used, limit, utilization }) => [metric, { used, limit, utilization }]),
    ),
    used: meter?.used ?? null,
    limit: meter?.limit ?? null,
    utilization: meter?.utilization ?? null,
    account: {
      name: account.name,
      segment: account.segment,
      arr: account.arrCents === null ? null : account.arrCents / 100,
    },
  };
}

function answerFeatures(config: Config, product: string, account: Account, meters: Meter[]): FeatureAnswers {
  const declarations = conditionDeclarations(config, 'feature');
  const context = conditionContext(account, meters, meters[0] ?? null);
  const tell = (text: string | undefined): boolean | null => {
    if (text === undefined) return false;
    const compiled = compileCondition(text, declarations);
    return compiled.ok ? compiled.tell(context) : null;
  };
  const features = Object.entries(config.products[product]?.features ?? {});
  return Object.fromEntries(
    features.map(([key, { because, used_when }]) => [key, { because: tell(because), used: tell(used_when) }]),
  );
}
