import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../config/json-schema.ts';
import { config } from '../../config/schema/index.ts';
import { settingRows } from './schema-rows.ts';

const leftOut = (section: string) =>
  new Map(
    settingRows(configJsonSchema().properties?.[section] ?? {}).map(([setting, , value]) => [
      setting.replaceAll('`', ''),
      value.replace(/^`|`$/g, ''),
    ]),
  );

test.each(['guardrails', 'trials', 'attribution'] as const)(
  'what the reference shows for %s when it is left out may be pasted, and changes nothing',
  (section) => {
    const shown = [...leftOut(section)].filter(([setting, value]) => !setting.includes('.') && value !== '');
    const pasted = Object.fromEntries(
      shown.filter(([, value]) => value !== 'none').map(([setting, value]) => [setting, parse(value)]),
    );
    expect(Object.keys(pasted).length).toBeGreaterThan(2);
    expect(config.shape[section].parse(pasted)).toEqual(config.shape[section].parse(undefined));
  },
);

test('a group of which nothing is written shows what its parts are then', () => {
  expect(leftOut('guardrails').get('brake')).toContain('complaints: { share: 0.003, at_least: 2, within: 7d }');
});
