import { Environment } from '@marcbachmann/cel-js';
import type { ConditionDeclarations, FactType } from './types.ts';

const CEL_TYPE: Record<FactType, string> = { number: 'double', string: 'string', boolean: 'bool' };

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** The names at each level of a condition: what may follow `facts.`, `account.` and so on. */
export function namesByScope(declarations: ConditionDeclarations): Record<string, string[]> {
  const scopes: Record<string, string[]> = {
    facts: Object.keys(declarations.facts),
    metrics: declarations.metrics,
    account: ['name', 'segment', 'arr'],
  };
  for (const metric of declarations.metrics) scopes[`metrics.${metric}`] = ['used', 'limit', 'utilization'];
  scopes[''] = ['facts', 'metrics', 'account', 'used', 'limit', 'utilization'];
  if (declarations.outcome) scopes[''].push('outcome');
  return scopes;
}

/**
 * Every number is a double and the mixed operators are registered, so that people may write `> 1000`:
 * an integer literal is an `int` in CEL, and CEL itself refuses to mix the two.
 */
export function makeEnvironment(declarations: ConditionDeclarations): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    const mixed = (a: unknown, b: unknown) => compute(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int`, mixed);
    environment.registerOperator(`int ${operator} double`, mixed);
  }
  environment.registerOperator('double == int', (a: unknown, b: unknown) => a === Number(b));

  const meter = { used: 'double', limit: 'double', utilization: 'double' };
  const facts = Object.entries(declarations.facts).map(([name, type]) => [name, CEL_TYPE[type]]);
  environment.registerVariable({ name: 'facts', schema: Object.fromEntries(facts) });
  environment.registerVariable({
    name: 'metrics',
    schema: Object.fromEntries(declarations.metrics.map((name) => [name, meter])),
  });
  environment.registerVariable({ name: 'account', schema: { name: 'string', segment: 'string', arr: 'double' } });
  for (const name of Object.keys(meter)) environment.registerVariable(name, 'double');
  if (declarations.outcome) environment.registerVariable('outcome', 'string');
  return environment;
}
