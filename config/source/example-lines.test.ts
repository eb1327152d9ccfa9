import { expect, test } from 'vitest';
import { configJsonSchema, type JsonSchema } from '../json-schema.ts';
import { exampleFor } from './example-lines.ts';

function settings(schema: JsonSchema, path: (string | number)[]): (string | number)[][] {
  const each = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [
      [...path, name],
      ...settings(part, [...path, name]),
    ]),
    ...[...(schema.oneOf ?? []), ...(each.oneOf ?? [])].flatMap((part) => settings(part, [...path, 'one'])),
  ];
}

const { properties = {} } = configJsonSchema();

test.each(['guardrails', 'triggers', 'trials', 'attribution'])(
  'every setting of %s has an example of its own',
  (section) => {
    const paths = settings(properties[section] ?? {}, [section]);
    const foreign = paths.filter((path) => !new RegExp(`(^|[ {])${path.at(-1)}:`).test(exampleFor(path)));
    expect(paths.length).toBeGreaterThan(3);
    expect(foreign).toEqual([]);
  },
);
