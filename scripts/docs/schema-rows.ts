import type { JsonSchema } from '../../config/json-schema.ts';
import { code } from './blocks.ts';

/** Setting, what it takes, what stands there when it is left out, what it is for. */
export type SettingRow = [string, string, string, string];

const PATTERNS: Record<string, string> = {
  '^\\d+(s|m|h|d|w)$': 'duration',
  '^0*[1-9]\\d*(s|m|h|d|w)$': 'duration above 0',
  '^[1-9]\\d* readings?$': '`N readings`',
  '^(env:[A-Z][A-Z0-9_]*|file:.+)$': '`env:NAME` or `file:PATH`',
  '^([01]\\d|2[0-3]):[0-5]\\d$': 'time of day',
  '^[^\\s@:/*A-Z]+\\.[^\\s@:/*A-Z]+$': 'domain',
  '^[a-z][a-z0-9_]*$': 'name',
  '^[a-z][a-z0-9_-]*$': 'name',
};

/** Every setting below a node, one row each, in the order of the schema. `<name>` stands for a name of one's own. */
export function settingRows(schema: JsonSchema, path = ''): SettingRow[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rowsOf(child, path === '' ? name : `${path}.${name}`, required.has(name)),
  );
}

function rowsOf(schema: JsonSchema, path: string, required: boolean): SettingRow[] {
  const nested = nestedOf(schema);
  const own: SettingRow = [code(path), typeOf(schema), defaultOf(schema, required), description(schema)];
  if (nested === null) return [own];
  const rows = settingRows(nested.schema, `${path}${nested.suffix}`);
  // A group that says nothing of its own would be a row of blanks.
  return own[2] === '' && own[3] === '' ? rows : [own, ...rows];
}

/** The one object that is written below this setting; unions are told by their own headings. */
function nestedOf(schema: JsonSchema): { schema: JsonSchema; suffix: string } | null {
  if (schema.properties) return { schema, suffix: '' };
  const { additionalProperties: each, items } = schema;
  if (typeof each === 'object' && each.properties) return { schema: each, suffix: '.<name>' };
  if (items?.properties) return { schema: items, suffix: '[]' };
  return null;
}

export function typeOf(schema: JsonSchema): string {
  const { type, items, pattern, additionalProperties: each } = schema;
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ');
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (type === 'array') return items ? `list of ${typeOf(items)}` : 'list';
  if (schema.properties) return code(`{ ${Object.keys(schema.properties).join(', ')} }`.replace('{  }', '{}'));
  if (typeof each === 'object') return 'by name';
  if (pattern !== undefined) return PATTERNS[pattern] ?? 'text';
  if (type === 'integer') return 'whole number';
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'string') return 'text';
  return type === undefined ? 'any' : [type].flat().join(' or ');
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return '**needed**';
  const value = valueLeftOut(schema);
  if (value === undefined || value === '') return '';
  if (isEmpty(value)) return 'none';
  return code(typeof value === 'string' ? value : flow(value));
}

/** What stands there when nothing is written; of a group, what its parts say of themselves. */
function valueLeftOut({ default: value, properties }: JsonSchema): unknown {
  if (properties === undefined || typeof value !== 'object' || value === null) return value;
  const own = new Map<string, unknown>(Object.entries(value));
  const parts = Object.entries(properties).map(([name, part]) => [name, own.get(name) ?? valueLeftOut(part)] as const);
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** As RevOps writes it in YAML: `{ max: 2, per: 30d }`. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, part]) => `${name}: ${flow(part)}`)
    .join(', ')} }`;
}

/** Said by the second column already. */
const TYPES_OWN = ['A duration: a whole number and s, m, h, d or w', 'A duration, or "N readings"'];

function description({ description: text = '' }: JsonSchema): string {
  return TYPES_OWN.includes(text) ? '' : text;
}
