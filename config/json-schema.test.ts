import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configJsonSchema, type JsonSchema } from './json-schema.ts';
import { durationText } from './source/duration-text.ts';

test('config/headroom.schema.json is what `./headroom schema` prints', () => {
  const stored: unknown = JSON.parse(readFileSync(new URL('headroom.schema.json', import.meta.url), 'utf8'));
  expect(stored).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

describe('the JSON Schema', () => {
  const schema = configJsonSchema();

  test('describes every section that an editor completes', () => {
    const undescribed = Object.entries(schema.properties ?? {}).filter(([, section]) => !section.description);
    // Sections whose parts are described one by one.
    expect(undescribed.map(([name]) => name)).toEqual([
      '$schema',
      'company',
      'products',
      'trials',
      'attribution',
      'identity',
      'routing',
    ]);
  });

  test('offers defaults as people write them', () => {
    const { guardrails, trials } = schema.properties ?? {};
    expect(trials?.properties?.length?.default).toBe('14d');
    expect(guardrails?.properties?.touches_per_account?.default).toEqual({ max: 2, per: '30d' });
    const { bounces, complaints } = guardrails?.properties?.brake?.properties ?? {};
    expect(bounces?.default).toEqual({ share: 0.05, at_least: 5, within: '1d' });
    expect(complaints?.default).toEqual({ share: 0.003, at_least: 2, within: '7d' });
  });

  test('refuses names that it does not know', () => {
    expect(schema.additionalProperties).toBe(false);
  });

  test('holds no number where a duration is written', () => {
    const wrong = (node: JsonSchema): boolean =>
      (node.type === 'string' && typeof node.default === 'number') ||
      [...Object.values(node.properties ?? {}), ...(node.anyOf ?? []), ...(node.oneOf ?? [])].some(wrong);
    expect(wrong(schema)).toBe(false);
  });
});

test.each([
  [0, '0s'],
  [90_000, '90s'],
  [900_000, '15m'],
  [172_800_000, '2d'],
  [604_800_000, '7d'],
  [2_419_200_000, '4w'],
])('%i ms is written %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
