import type { FactValue } from '../domain/model.ts';
import { nextPlan } from '../domain/offer/next-plan.ts';
import type { MessageContext, MeterView } from './render/context.ts';
import { renderFeatureLine } from './render/render.ts';
import { companyView, planView } from './render/views.ts';
import type { Config } from './schema/index.ts';
import type { TemplateUse } from './template-uses.ts';

const SAMPLE_UTILIZATION = 0.84;
const SAMPLE_LIMIT = 1_000;
const SAMPLE_DATE = '2026-03-20T15:00:00.000Z';

/**
 * An account as it could be when the template is sent, with every value known. Made from the config itself: limits of
 * the plan, `sample:` of facts. Only `headroom validate` and previews use it.
 */
export function fullSample(config: Config, use: TemplateUse): MessageContext {
  const product = config.products[use.product];
  const next = product ? nextPlan(product, use.plan) : null;
  const meters = Object.keys(config.metrics)
    .filter((metric) => config.metrics[metric]?.product === use.product)
    .map((metric) => sampleMeter(config, use, metric));
  const context: Omit<MessageContext, 'features'> = {
    account: {
      id: 'acc_1042',
      name: 'Globex Robotics',
      segment: 'mid_market',
      timezone: config.company.timezone,
      arr: 12_000,
    },
    person: { name: 'Maya Okafor', first_name: 'Maya', email: 'maya@globex.example' },
    company: companyView(config),
    product: { key: use.product, name: product?.name ?? use.product },
    plan: planView(product, use.plan),
    next_plan: next === null ? null : planView(product, next),
    meter: meters.find((meter) => meter.key === use.metric) ?? meters[0] ?? null,
    meters,
    social_proof: next === null ? null : 'Most teams of your size choose this plan.',
    price: next === null ? null : { current_monthly: 99_900, next_monthly: 299_900, difference: 200_000 },
    facts: factSamples(config),
    forecast: { days: 9, low_days: 7, high_days: 12 },
    offer: { plan: planView(product, next ?? use.plan).name, ends_on: SAMPLE_DATE, days_left: 3, length_days: 14 },
    why: 'your account reached 84% of a limit of its plan',
    link: { url: 'https://hub.example/t/sample' },
    unsubscribe_url: 'https://hub.example/u/sample',
  };
  const features = Object.entries(product?.features ?? {}).flatMap(([key, feature]) => {
    if (feature.tier !== next) return [];
    const line = renderFeatureLine(feature.line, context);
    return line === null ? [] : [{ key, name: feature.name, line }];
  });
  return { ...context, features: features.slice(0, 3) };
}

/** The same account with everything unknown that may be: no price, no forecast, no facts, no name. */
export function sparseSample(config: Config, use: TemplateUse): MessageContext {
  const full = fullSample(config, use);
  const facts = Object.fromEntries(Object.keys(config.facts).map((name) => [name, null]));
  return {
    ...full,
    account: { ...full.account, segment: null, arr: null },
    person: { ...full.person, name: null, first_name: null },
    meter: use.moment === 'play' ? full.meter : null,
    meters: use.moment === 'play' ? full.meters.filter((meter) => meter.key === use.metric) : [],
    features: [],
    social_proof: null,
    price: null,
    facts,
    forecast: null,
    offer: use.moment === 'trial' ? full.offer : null,
    link: null,
  };
}

/** A context in which every name exists and nothing is null: names are looked up in it, nothing is rendered. */
export function skeleton(facts: string[]): MessageContext {
  const plan = { key: '', name: '', pitch: '' };
  const meter = { key: '', name: '', unit: '', used: 1, limit: 1, left: 0, utilization: 1 };
  return {
    account: { id: '', name: '', segment: 'smb', timezone: 'UTC', arr: 0 },
    person: { name: '', first_name: '', email: '' },
    company: { name: '', currency: '', postal_address: '' },
    product: { key: '', name: '' },
    ...{ plan, next_plan: plan, meter, meters: [meter] },
    features: [],
    social_proof: '',
    price: { current_monthly: 0, next_monthly: 0, difference: 0 },
    facts: Object.fromEntries(facts.map((name) => [name, 0])),
    forecast: { days: 0, low_days: 0, high_days: 0 },
    offer: { plan: '', ends_on: '', days_left: 0, length_days: 0 },
    why: '',
    link: { url: '' },
    unsubscribe_url: '',
  };
}

function sampleMeter(config: Config, use: TemplateUse, metric: string): MeterView {
  const planned = config.products[use.product]?.plans[use.plan]?.limits[metric];
  // `{ from: … }` is a number that only the account itself has.
  const fromAccount = typeof planned === 'object' ? SAMPLE_LIMIT : null;
  const limit = typeof planned === 'number' ? planned : fromAccount;
  const used = Math.ceil((limit ?? SAMPLE_LIMIT) * SAMPLE_UTILIZATION);
  return {
    key: metric,
    name: config.metrics[metric]?.name ?? metric,
    unit: config.metrics[metric]?.unit ?? '',
    used,
    limit,
    left: limit === null ? null : limit - used,
    utilization: limit === null ? null : used / limit,
  };
}

function factSamples(config: Config): Record<string, FactValue> {
  return Object.fromEntries(Object.entries(config.facts).map(([name, fact]) => [name, fact.sample]));
}
