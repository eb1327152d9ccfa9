import type { Path } from './problem.ts';
import type { ActionStep, Channel, Config, Product, Step, Trigger } from './schema/index.ts';

/** A place in config that sends a template, and one account that could get it there. */
export interface TemplateUse {
  /** Of the template's name in headroom.yaml. */
  path: Path;
  template: string;
  channel: Channel;
  moment: 'play' | 'trial' | 'onboarding';
  product: string;
  /** The plan that the account pays for at that moment. */
  plan: string;
  /** The metric that tripped; null where none did. */
  metric: string | null;
}

/** Every template × plan × metric that this config can send. */
export function templateUses(config: Config): TemplateUse[] {
  return [...playUses(config), ...trialUses(config), ...onboardingUses(config)];
}

interface Sending {
  path: Path;
  template: string;
  channel: Channel;
}

/** The messages among steps, with those inside `then`. */
function sendings(steps: (Step | ActionStep)[], path: Path): Sending[] {
  return steps.flatMap((step, index) => {
    if ('send' in step) {
      return [{ path: [...path, index, 'send', 'template'], template: step.send.template, channel: step.send.by }];
    }
    return 'if' in step ? sendings(step.then, [...path, index, 'then']) : [];
  });
}

function playUses(config: Config): TemplateUse[] {
  return Object.entries(config.plays).flatMap(([name, play]) => {
    const triggers = Object.values(config.triggers).filter((trigger) => trigger.play === name);
    const meters = triggers.flatMap((trigger) => tripping(config, trigger));
    const unique = new Map(meters.map((meter) => [`${meter.product} ${meter.plan} ${meter.metric}`, meter]));
    return sendings(play.steps, ['plays', name, 'steps']).flatMap((sending) =>
      [...unique.values()].map((meter) => ({ ...sending, ...meter, moment: 'play' as const })),
    );
  });
}

type Meter = Pick<TemplateUse, 'product' | 'plan' | 'metric'>;

/** The product, plan and metric of every meter that could trip a trigger. */
function tripping(config: Config, trigger: Trigger): Meter[] {
  return Object.entries(config.metrics).flatMap(([metric, { product }]) => {
    if (trigger.metrics && !trigger.metrics.includes(metric)) return [];
    if (trigger.products && !trigger.products.includes(product)) return [];
    const plans = Object.entries(config.products[product]?.plans ?? {});
    return plans
      .filter(([, plan]) =>
        trigger.when === 'velocity'
          ? plan.pricing === 'usage'
          : plan.limits[metric] !== undefined && plan.limits[metric] !== 'unlimited',
      )
      .map(([plan]) => ({ product, plan, metric }));
  });
}

function trialUses(config: Config): TemplateUse[] {
  return Object.entries(config.trials.mails).flatMap(([moment, template]) => {
    if (template === undefined) return [];
    const path = ['trials', 'mails', moment];
    return plansOf(config.products, () => true).map((plan) => ({
      ...{ path, template, channel: 'email' as const, moment: 'trial' as const },
      ...plan,
    }));
  });
}

function onboardingUses(config: Config): TemplateUse[] {
  return Object.entries(config.onboarding).flatMap(([tier, sequence]) =>
    sequence.steps.flatMap(({ send }, index) =>
      plansOf(config.products, (plan) => plan === tier).map((plan) => ({
        path: ['onboarding', tier, 'steps', index, 'send', 'template'],
        template: send.template,
        channel: send.by,
        moment: 'onboarding' as const,
        ...plan,
      })),
    ),
  );
}

function plansOf(products: Record<string, Product>, wanted: (plan: string) => boolean): Meter[] {
  return Object.entries(products).flatMap(([product, { plans }]) =>
    Object.keys(plans)
      .filter(wanted)
      .map((plan) => ({ product, plan, metric: null })),
  );
}
