/** The part of OpenAPI 3.0's schema language that Stripe's specification uses. */
import { z } from 'zod';

export interface Schema {
  $ref?: string | undefined;
  type?: string | undefined;
  enum?: unknown[] | undefined;
  nullable?: boolean | undefined;
  maxLength?: number | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  items?: Schema | undefined;
  anyOf?: Schema[] | undefined;
  additionalProperties?: boolean | Schema | undefined;
}

export const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    nullable: z.boolean().optional(),
    maxLength: z.number().optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
  }),
);

export interface Problem {
  /** The schema by name, or the path where it has none. */
  of: string;
  /** Where, places of an array as `*`: `items.*.price`. */
  at: string;
  problem: string;
}

export interface Reading {
  /** By name. */
  named: Record<string, Schema>;
  /** A form: numbers and truth are text, and an array is an object with places as keys. */
  form: boolean;
  /** The nearest name: of a schema, else of the operation. */
  of: string;
  /** Whether a field may stand there though the schema lacks it. */
  allows: (of: string, field: string) => boolean;
}

/** What is wrong with a value. A field that the schema does not name is wrong too, unless it takes any. */
export function problemsOf(against: Schema, value: unknown, reading: Reading, at = ''): Problem[] {
  const found = (problem: string): Problem[] => [{ of: reading.of, at, problem }];
  if (against.$ref !== undefined) {
    const of = against.$ref.replace('#/components/schemas/', '');
    const target = reading.named[of];
    return target ? problemsOf(target, value, { ...reading, of }, at) : found(`the specification lacks ${of}`);
  }
  if (value === null) return against.nullable ? [] : found('null is not allowed');
  if (against.anyOf) {
    const answers = against.anyOf.map((one) => problemsOf(one, value, reading, at));
    // The nearest one tells most.
    return answers.toSorted((a, b) => a.length - b.length)[0] ?? [];
  }
  if (against.enum && !against.enum.includes(value)) {
    return found(`${JSON.stringify(value)} is none of ${against.enum.join(', ')}`);
  }
  switch (against.type) {
    case 'object':
      return ofObject(against, value, reading, at);
    case 'array': {
      const places = Array.isArray(value) ? value : reading.form && isObject(value) ? Object.values(value) : null;
      if (places === null) return found(`expected a list, found ${JSON.stringify(value)}`);
      return places.flatMap((one) => problemsOf(against.items ?? {}, one, reading, under(at, '*')));
    }
    case undefined:
      return [];
    default:
      if (!isScalar(against.type, value, reading.form))
        return found(`expected ${against.type}, found ${JSON.stringify(value)}`);
      return isTooLong(against, value) ? found(`is longer than ${against.maxLength} characters`) : [];
  }
}

function ofObject(against: Schema, value: unknown, reading: Reading, at: string): Problem[] {
  const { of } = reading;
  if (!isObject(value) || Array.isArray(value))
    return [{ of, at, problem: `expected an object, found ${JSON.stringify(value)}` }];
  const { properties = {}, required = [], additionalProperties: more } = against;
  const takesAny = more === true || (against.properties === undefined && more === undefined);
  return [
    ...required.flatMap((name) => (name in value ? [] : [{ of, at: under(at, name), problem: 'is missing' }])),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = properties[name] ?? (typeof more === 'object' ? more : undefined);
      if (known) return problemsOf(known, inner, reading, under(at, properties[name] ? name : '*'));
      if (takesAny || reading.allows(of, name)) return [];
      return [{ of, at: under(at, name), problem: 'is not in the specification' }];
    }),
  ];
}

function isScalar(type: string, value: unknown, form: boolean): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value) || (form && typeof value === 'string' && /^-?\d+$/.test(value));
    case 'number':
      return (
        typeof value === 'number' || (form && typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)))
      );
    case 'boolean':
      return typeof value === 'boolean' || (form && (value === 'true' || value === 'false'));
    default:
      return false;
  }
}

function isTooLong({ maxLength }: Schema, value: unknown): boolean {
  return maxLength !== undefined && typeof value === 'string' && value.length > maxLength;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function under(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
