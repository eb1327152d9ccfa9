import { nearestName } from '../../domain/conditions/index.ts';
import type { JsonSchema } from '../json-schema.ts';

/** What was probably meant by a wrong value; null when nothing that may stand there is near it. */
export function suggestValue(value: unknown, schemas: JsonSchema[]): string | null {
  if (typeof value === 'number') return firstNumber([value / 100], schemas.filter(isShare));
  if (typeof value !== 'string') return null;
  return (
    firstNumber(percentsMeant(value), schemas.filter(isShare)) ??
    firstNumber(numbersMeant(value), schemas) ??
    textsMeant(value).find((text) => text !== value && schemas.some((schema) => takesText(schema, text))) ??
    nearestName(value, schemas.flatMap(fixedWords))
  );
}

/** `Usage 80` → `usage_80`, where such a name may stand. */
export function suggestKey(key: string, names: JsonSchema[]): string | null {
  const tidied = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  if (names.some((schema) => takesText(schema, tidied))) return tidied;
  return nearestName(key, names.flatMap(fixedWords));
}

/** A number between bounds as small as these is a share: 80 and `80%` mean 0.8 there, and 80 where anything is counted. */
const isShare = ({ type, maximum = Number.POSITIVE_INFINITY }: JsonSchema) => type === 'number' && maximum <= 4;

function percentsMeant(text: string): number[] {
  const [, number = ''] = /^(.+?)\s*%$/.exec(text) ?? [];
  return numbersMeant(number).map((percent) => percent / 100);
}

/** `1_000` and `1,000` are text in YAML, and so is `0,95`, which is not 95. */
function numbersMeant(text: string): number[] {
  const bare = text.replace(/[_\s%]/g, '');
  const digits = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare) ? bare.replaceAll(',', '') : bare.replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(digits) ? [Number(digits)] : [];
}

const UNITS = { second: 's', minute: 'm', min: 'm', hour: 'h', day: 'd', week: 'w' } as const;

/** The ways in which people write what is a duration, a time of day or a domain here. */
function textsMeant(text: string): string[] {
  const plain = text.trim().toLowerCase();
  const [, count, unit] = /^(\d+) ?(second|minute|min|hour|day|week)s?$/.exec(plain) ?? [];
  return [
    plain,
    // The pattern allows no other unit.
    ...(count && unit ? [`${count}${UNITS[unit as keyof typeof UNITS]}`] : []),
    plain.replaceAll(' ', ''),
    `0${plain}`,
    plain.replace(/^(https?:\/\/(www\.)?|.*@|\*\.)/, '').replace(/\/.*$/, ''),
  ];
}

function firstNumber(numbers: number[], schemas: JsonSchema[]): string | null {
  const meant = numbers.find((number) => schemas.some((schema) => takesNumber(schema, number)));
  return meant === undefined ? null : String(meant);
}

function takesNumber(schema: JsonSchema, number: number): boolean {
  const { type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema;
  if (type !== 'integer' && type !== 'number') return schema.const === number;
  if (type === 'integer' && !Number.isInteger(number)) return false;
  return number >= minimum && number <= maximum && number > exclusiveMinimum;
}

/** Only where the schema says what a text looks like: elsewhere nothing can be known to fit. */
function takesText(schema: JsonSchema, text: string): boolean {
  const fixed = fixedWords(schema);
  if (fixed.length > 0) return fixed.includes(text);
  const { pattern, maxLength = Infinity } = schema;
  return pattern !== undefined && new RegExp(pattern).test(text) && text.length <= maxLength;
}

function fixedWords(schema: JsonSchema): string[] {
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.type === 'boolean') return ['true', 'false'];
  return (schema.enum ?? []).map(String);
}
