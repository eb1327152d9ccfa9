import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCondition } from './compile.ts';
import type { ConditionContext, ConditionDeclarations } from './types.ts';

const declarations: ConditionDeclarations = {
  facts: { api_keys: 'number', region: 'string', sso: 'boolean' },
  metrics: ['seats', 'storage_gb'],
  outcome: true,
};

const context: ConditionContext = {
  facts: { api_keys: 3, region: 'eu', sso: true },
  metrics: { seats: { used: 8, limit: 10, utilization: 0.8 }, storage_gb: { used: 5, limit: null, utilization: null } },
  used: 8,
  limit: 10,
  utilization: 0.8,
  account: { name: 'Globex', segment: 'mid_market', arr: 24_000 },
  outcome: 'none',
};

function compiled(text: string) {
  const condition = compileCondition(text, declarations);
  if (!condition.ok) throw new Error(`${text}: ${condition.message}`);
  return condition;
}

function refused(text: string) {
  const condition = compileCondition(text, declarations);
  if (condition.ok) throw new Error(`${text} was accepted`);
  return condition;
}

describe('a condition that is right', () => {
  test.each([
    ['facts.api_keys > 0', true],
    ['facts.api_keys == 3', true],
    ['3 == facts.api_keys', true],
    ['facts.api_keys != 3', false],
    ['utilization * 2 > 1', true],
    ['2 * utilization > 1', true],
    ['1 - utilization < 0.3', true],
    ['limit - used == 2', true],
    ['10 / used > 1', true],
    ['metrics.seats.used + 1 > 8', true],
    ['metrics.seats.utilization >= 0.8 && facts.sso', true],
    ["account.segment == 'mid_market' && account.arr > 10000", true],
    ["outcome == 'none'", true],
    ["facts.region in ['eu', 'us']", true],
    ['!facts.sso || account.name.startsWith("G")', true],
  ])('%s is %s', (text, expected) => {
    expect(compiled(text).run(context)).toBe(expected);
  });

  test('compares whole numbers with any number as arithmetic does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (n, value) => {
        const facts = { ...context.facts, api_keys: value };
        const literal = n < 0 ? `(${n})` : `${n}`;
        expect(compiled(`facts.api_keys > ${literal}`).run({ ...context, facts })).toBe(value > n);
        expect(compiled(`facts.api_keys * ${literal} > 10`).run({ ...context, facts })).toBe(value * n > 10);
      }),
    );
  });

  test('cannot be told when a number it needs is not known', () => {
    const { facts: _, ...rest } = context;
    const without = { ...rest, facts: { region: 'eu', sso: false, api_keys: null } };
    expect(compiled('facts.api_keys > 0').tell(without)).toBeNull();
    expect(compiled('facts.api_keys > 0').run(without)).toBe(false);
    expect(compiled('!(facts.api_keys > 0)').run(without)).toBe(false);
    expect(compiled('metrics.storage_gb.utilization > 0.5').tell(context)).toBeNull();
  });

  test('is told all the same when the unknown number does not matter', () => {
    expect(compiled('facts.sso || metrics.storage_gb.utilization > 0.5').tell(context)).toBe(true);
  });
});

describe('a condition that is wrong', () => {
  test('names the nearest fact, what is allowed and the column', () => {
    expect(refused('utilization > 0.5 && facts.api_keyz > 0')).toMatchObject({
      found: 'api_keyz',
      nearest: 'api_keys',
      allowed: ['api_keys', 'region', 'sso'],
      column: 28,
      offset: 27,
    });
  });

  test('counts the column within its own line', () => {
    expect(refused('utilization > 0.5\n && facts.region2 == "eu"')).toMatchObject({ offset: 28, column: 11 });
  });

  test.each([
    ['utilisation > 0.5', 'utilization'],
    ['metrics.seets.used > 1', 'seats'],
    ['metrics.seats.usd > 1', 'used'],
    ["account.segmant == 'smb'", 'segment'],
    ['facts["api_kyes"] > 0', 'api_keys'],
    ["outcome == 'non'", 'none'],
    ["'midmarket' == account.segment", 'mid_market'],
  ])('%s leads to %s', (text, nearest) => {
    expect(refused(text).nearest).toBe(nearest);
  });

  test.each([
    ['facts.region > 3', 'no such overload: string > int'],
    ['facts.api_keys', 'a condition says yes or no, this one is a number'],
    ['facts.region', 'a condition says yes or no, this one is a text'],
    ["outcome = 'none'", 'one = compares nothing; write == to compare'],
    ['facts.sso and facts.api_keys > 0', 'a condition is written with signs: && instead of and'],
    ['facts.sso OR facts.api_keys > 0', 'a condition is written with signs: || instead of OR'],
    ['not facts.sso', 'a condition is written with signs: ! instead of not'],
    ['not (facts.sso)', 'a condition is written with signs: ! instead of not'],
    ["facts.region == 'this or that' &&", 'Unexpected token: EOF'],
    ['facts.api_keys >', 'Unexpected token: EOF'],
  ])('%s: %s', (text, message) => {
    expect(refused(text).message).toBe(message);
  });

  test('sees no outcome where none is declared', () => {
    const without = compileCondition("outcome == 'none'", { ...declarations, outcome: false });
    expect(without).toMatchObject({ ok: false, found: 'outcome' });
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const condition = compileCondition(text, declarations);
        if (!condition.ok) expect(condition.offset).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
