import type { JsonSchema } from '../json-schema.ts';
import type { Path } from '../problem.ts';

/** The schemas that may apply at a path: several where the config offers alternatives. */
export function schemasAt(root: JsonSchema, path: Path, data: unknown): JsonSchema[] {
  let schemas = alternatives(root, data);
  let value = data;
  for (const step of path) {
    value = childOf(value, step);
    schemas = schemas.flatMap((schema) => alternatives(childSchema(schema, step), value));
  }
  return schemas;
}

/** Names that a mapping may hold; empty where the names are the writer's own. */
export function allowedKeys(schemas: JsonSchema[]): string[] {
  return unique(schemas.flatMap(keysOf));
}

function keysOf(schema: JsonSchema): string[] {
  return [...Object.keys(schema.properties ?? {}), ...(schema.propertyNames?.enum ?? []).map(String)];
}

/** What may stand at a place, in words. */
export function allowedWords(schemas: JsonSchema[]): string[] {
  return unique(schemas.flatMap(words));
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(step))?.[1];
}

function childSchema(schema: JsonSchema, step: string | number): JsonSchema {
  if (typeof step === 'number') return schema.items ?? {};
  const own = schema.properties?.[step];
  if (own) return own;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
}

function alternatives(schema: JsonSchema, data: unknown): JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (!branches) return [schema];
  const flat = branches.flatMap((branch) => alternatives(branch, data));
  const fitting = flat.filter((branch) => discriminates(branch, data));
  return fitting.length > 0 ? fitting : flat;
}

/** Among alternatives, the one whose fixed word (`when: velocity`) or own name (`send:`) the data carries. */
function discriminates(schema: JsonSchema, data: unknown): boolean {
  return Object.entries(schema.properties ?? {}).some(([name, part]) => {
    const value = childOf(data, name);
    if (part.const !== undefined) return part.const === value;
    return value !== undefined && name !== 'id' && (schema.required ?? []).includes(name);
  });
}

function words(schema: JsonSchema): string[] {
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.enum) return schema.enum.map(String);
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return parts.flatMap(words);
  if (schema.type === 'number' || schema.type === 'integer') return [numberWords(schema)];
  if (schema.type === 'boolean') return ['true', 'false'];
  if (schema.type === 'array') return [`a list of ${words(schema.items ?? {}).join(' or ') || 'values'}`];
  if (schema.type === 'object') return [objectWords(schema)];
  if (schema.type !== 'string') return [];
  return [schema.examples ? `text such as ${schema.examples.join(', ')}` : 'text'];
}

function numberWords(schema: JsonSchema): string {
  const kind = schema.type === 'integer' ? 'a whole number' : 'a number';
  // zod bounds every integer by what JavaScript can count; that says nothing to a person.
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  const lowest = schema.exclusiveMinimum !== undefined ? `above ${schema.exclusiveMinimum}` : undefined;
  const from = lowest ?? (schema.minimum === undefined ? '' : `from ${schema.minimum}`);
  const to = maximum === undefined ? '' : `up to ${maximum}`;
  return [kind, from, to].filter((part) => part !== '').join(' ');
}

function objectWords(schema: JsonSchema): string {
  if (schema.propertyNames?.enum) return `a mapping of ${schema.propertyNames.enum.join(', ')}`;
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return 'a mapping of names';
  const parts = properties.map(([name, part]) => (part.const === undefined ? name : `${name}: ${part.const}`));
  return `{ ${parts.join(', ')} }`;
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}
