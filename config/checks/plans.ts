import { nearestName } from '../../domain/conditions/index.ts';
import { nextPlan } from '../../domain/offer/next-plan.ts';
import type { Path, Problem } from '../problem.ts';
import type { Plan } from '../schema/index.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { record, sectionAt, text } from './sections.ts';

/** Prices and order of plans, their next tiers, the metrics that they limit, and what features and social proof refer to. */
export function checkPlans(input: CheckInput): Problem[] {
  const products = Object.keys(sectionAt(input.data, 'products'));
  return [
    ...checkPrices(input, products),
    ...products.flatMap((product) => [
      ...checkLimits(input, product),
      ...checkOrder(input, product),
      ...checkNext(input, product),
      ...checkTiers(input, product),
    ]),
  ];
}

export function unknownName(input: CheckInput, path: Path, kind: string, found: string, allowed: string[]): Problem {
  return input.source.problem(path, {
    message: `there is no ${kind} ${found}`,
    found,
    allowed,
    suggestion: nearestName(found, allowed),
    example: exampleFor(path),
  });
}

function plansOf({ data }: CheckInput, product: string): [string, Record<string, unknown>][] {
  return Object.entries(sectionAt(data, 'products', product, 'plans')).map(([name, plan]) => [name, record(plan)]);
}

function checkLimits(input: CheckInput, product: string): Problem[] {
  const metrics = sectionAt(input.data, 'metrics');
  const own = Object.keys(metrics).filter((name) => record(metrics[name]).product === product);
  return plansOf(input, product).flatMap(([plan, { limits }]) =>
    Object.keys(record(limits)).flatMap((metric) => {
      if (own.includes(metric)) return [];
      const path = ['products', product, 'plans', plan, 'limits', metric];
      const owner = text(record(metrics[metric]).product);
      const problem = unknownName(input, path, 'metric', metric, own);
      const message = owner ? `the metric ${metric} belongs to the product ${owner}` : problem.message;
      const { line, column } = input.source.locate(path, 'key');
      return [{ ...problem, message, line, column }];
    }),
  );
}

/** Billing tells plans by their prices: of two with the same one, who pays for which cannot be known. */
function checkPrices(input: CheckInput, products: string[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { name: string; path: Path }>();
  for (const product of products) {
    for (const [plan, { price }] of plansOf(input, product)) {
      const named = text(price);
      if (named === null) continue;
      const name = `${product} ${plan}`;
      const path = ['products', product, 'plans', plan, 'price'];
      const other = first.get(named);
      if (!other) {
        first.set(named, { name, path });
        continue;
      }
      const { line } = input.source.locate(other.path, 'value');
      problems.push(
        input.source.problem(path, {
          message: `${name} has the same price as ${other.name} (line ${line}): billing could not tell who has which plan`,
          found: named,
          allowed: ['a price of its own for each plan'],
          example: `price: ${product}_${plan}_monthly`,
        }),
      );
    }
  }
  return problems;
}

/** Plans stand lowest first: a later one with a lower limit would make an "upgrade" that takes something away. */
function checkOrder(input: CheckInput, product: string): Problem[] {
  const problems: Problem[] = [];
  const highest = new Map<string, { plan: string; limit: number }>();
  for (const [plan, { limits, pricing }] of plansOf(input, product)) {
    if (pricing === 'usage') continue;
    for (const [metric, value] of Object.entries(record(limits))) {
      const limit = value === 'unlimited' ? Number.POSITIVE_INFINITY : value;
      if (typeof limit !== 'number') continue;
      const before = highest.get(metric);
      if (before && limit < before.limit) {
        const lower = before.limit === Number.POSITIVE_INFINITY ? 'unlimited' : before.limit;
        problems.push(
          input.source.problem(['products', product, 'plans', plan, 'limits', metric], {
            message: `plans out of order: ${plan} comes after ${before.plan} but allows fewer ${metric}`,
            found: String(value),
            allowed: [`at least ${lower} (${before.plan})`, 'or move the plan up: the lowest comes first'],
            example: `${metric}: ${lower}`,
          }),
        );
      } else highest.set(metric, { plan, limit });
    }
  }
  return problems;
}

function checkNext(input: CheckInput, product: string): Problem[] {
  const plans = new Map(plansOf(input, product).map(([name, plan]) => [name, readNext(plan)]));
  const names = [...plans.keys()];
  const nextOf = (plan: string) => nextPlan({ plans: Object.fromEntries(plans) }, plan) ?? 'none';
  const problems: Problem[] = [];
  const reported = new Set<string>();
  for (const plan of names) {
    const path = ['products', product, 'plans', plan, 'next'];
    const next = nextOf(plan);
    if (next !== 'none' && !plans.has(next)) problems.push(unknownName(input, path, 'plan', next, [...names, 'none']));
    const circle = circleFrom(plan, nextOf);
    if (!circle || circle.some((name) => reported.has(name))) continue;
    for (const name of circle) reported.add(name);
    problems.push(
      input.source.problem(path, {
        message: `next leads in a circle: ${[...circle, plan].join(' → ')}`,
        found: next,
        allowed: ['a higher plan', 'none'],
        example: 'next: none',
      }),
    );
  }
  return problems;
}

/** The parts of a plan that decide on the next one. */
function readNext({ next, pricing }: Record<string, unknown>): Plan {
  const named = text(next);
  return {
    price: '',
    limits: {},
    entitlements: [],
    pricing: pricing === 'usage' ? 'usage' : 'flat',
    ...(named === null ? {} : { next: named }),
  };
}

/** The plans passed on the way from a plan back to itself; null when the way ends. */
function circleFrom(plan: string, nextOf: (plan: string) => string): string[] | null {
  const passed = [plan];
  for (let at = nextOf(plan); at !== plan; at = nextOf(at)) {
    if (at === 'none' || passed.includes(at)) return null;
    passed.push(at);
  }
  return passed;
}

function checkTiers(input: CheckInput, product: string): Problem[] {
  const tiers = plansOf(input, product).map(([name]) => name);
  const problems: Problem[] = [];
  for (const [feature, value] of Object.entries(sectionAt(input.data, 'products', product, 'features'))) {
    const tier = text(record(value).tier);
    if (tier === null || tiers.includes(tier)) continue;
    problems.push(unknownName(input, ['products', product, 'features', feature, 'tier'], 'plan', tier, tiers));
  }
  for (const tier of Object.keys(sectionAt(input.data, 'products', product, 'social_proof'))) {
    if (tiers.includes(tier)) continue;
    problems.push(unknownName(input, ['products', product, 'social_proof', tier], 'plan', tier, tiers));
  }
  return problems;
}
