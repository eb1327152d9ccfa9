import type { ConditionDeclarations, FactType } from '../domain/conditions/index.ts';
import type { Config } from './schema/index.ts';

/** `step`: conditions of a play's steps, which also see `outcome`. `feature`: `because` and `used_when`. */
export type ConditionPlace = 'step' | 'feature';

/** The names that conditions of this config may use: pass it to compileCondition. */
export function conditionDeclarations(
  config: { facts: Record<string, Pick<Config['facts'][string], 'sample'>>; metrics: Record<string, unknown> },
  place: ConditionPlace,
): ConditionDeclarations {
  const facts = Object.entries(config.facts).map(([name, { sample }]) => [name, factType(sample)]);
  return { facts: Object.fromEntries(facts), metrics: Object.keys(config.metrics), outcome: place === 'step' };
}

function factType(sample: number | string | boolean): FactType {
  if (typeof sample === 'boolean') return 'boolean';
  return typeof sample === 'string' ? 'string' : 'number';
}
