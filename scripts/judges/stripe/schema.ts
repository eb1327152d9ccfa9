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
  /** Where, places of an array as `*`: `items.*.price`. */
  at: string;
  problem: string;
}

export interface Reading {
  /** By name. */
  named: Record<string, Schema>;
  /** A form: numbers and truth are text, and an array is an object with places as keys. */
  form: boolean;
}

/** What is wrong with a value. A field that the schema does not name is wrong too, unless it takes any. */
export function problemsOf(against: Schema, value: unknown, reading: Reading, at = ''): Problem[] {
  if (against.$ref !== undefined) {
    const target = reading.named[against.$ref.replace('#/components/schemas/', '')];
    return target
      ? problemsOf(target, value, reading, at)
      : [{ at, problem: `the specification lacks ${against.$ref}` }];
  }
  if (value === null) return against.nullable ? [] : [{ at, problem: 'null is not allowed' }];
  if (against.anyOf) {
    const answers = against.anyOf.map((one) => problemsOf(one, value, reading, at));
    // The nearest one tells most.
    return answers.toSorted((a, b) => a.length - b.length)[0] ?? [];
  }
  if (against.enum && !against.enum.includes(value)) {
    return [{ at, problem: `${JSON.stringify(value)} is none of ${against.enum.join(', ')}` }];
  }
  switch (against.type) {
    case 'object':
      return ofObject(against, value, reading, at);
    case 'array': {
      const places = Array.isArray(value) ? value : reading.form && isObject(value) ? Object.values(value) : null;
      if (places === null) return [{ at, problem: `expected a list, found ${JSON.stringify(value)}` }];
      return places.flatMap((one) => problemsOf(against.items ?? {}, one, reading, under(at, '*')));
    }
    case undefined:
      return [];
    default:
      return isScalar(against.type, value, reading.form)
        ? tooLong(against, value, at)
        : [{ at, problem: `expected ${against.type}, found ${JSON.stringify(value)}` }];
  }
}

function ofObject(against: Schema, value: unknown, reading: Reading, at: string): Problem[] {
  if (!isObject(value) || Array.isArray(value))
    return [{ at, problem: `expected an object, found ${JSON.stringify(value)}` }];
  const { properties = {}, required = [], additionalProperties: more } = against;
  const takesAny = more === true || (against.properties === undefined && more === undefined);
  return [
    ...required.flatMap((name) => (name in value ? [] : [{ at: under(at, name), problem: 'is missing' }])),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = properties[name] ?? (typeof more === 'object' ? more : undefined);
      if (known) return problemsOf(known, inner, reading, under(at, properties[name] ? name : '*'));
      return takesAny ? [] : [{ at: under(at, name), problem: 'is not in the specification' }];
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

function tooLong({ maxLength }: Schema, value: unknown, at: string): Problem[] {
  if (maxLength === undefined || typeof value !== 'string' || value.length <= maxLength) return [];
  return [{ at, problem: `${value.length} characters; ${maxLength} are allowed` }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function under(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
