import { z } from 'zod';
import { config } from './schema/index.ts';
import { durationText } from './source/duration-text.ts';

/** The parts of a JSON Schema (draft 7) that zod writes and we read. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  propertyNames?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: (string | number)[];
  const?: string | number;
  pattern?: string;
  examples?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
}

/** What headroom.yaml may hold, for editors: completion, hover texts, checks while typing. */
export function configJsonSchema(): JsonSchema {
  // zod types the result by the whole standard; what it writes for our schema is the subset above.
  const schema = z.toJSONSchema(config, { io: 'input', target: 'draft-7', override: writeDefault }) as JsonSchema;
  return {
    ...withTypedDefaults(schema),
    title: 'Headroom',
    description: 'The configuration of Headroom, headroom.yaml',
  };
}

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

/** zod leaves out defaults of values that it transforms (milliseconds). */
const writeDefault: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  // A default in our schema is plain data.
  if (def.type === 'default') jsonSchema.default = def.defaultValue as object;
};

/**
 * Defaults as they are written (14d): an editor offers them. Done at the end, since zod has not yet filled in the parts of a
 * schema that it meets a second time when it asks for their default.
 */
function withTypedDefaults(schema: JsonSchema): JsonSchema {
  const all = (parts: JsonSchema[]) => parts.map(withTypedDefaults);
  const { properties, additionalProperties: each, items, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(schema.default === undefined ? {} : { default: asTyped(schema, schema.default) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, withTypedDefaults(part)])),
    }),
    ...(typeof each === 'object' ? { additionalProperties: withTypedDefaults(each) } : {}),
    ...(items && { items: withTypedDefaults(items) }),
    ...(anyOf && { anyOf: all(anyOf) }),
    ...(oneOf && { oneOf: all(oneOf) }),
  };
}

function asTyped(schema: JsonSchema, value: unknown): unknown {
  if (typeof value === 'number' && schema.type === 'string') return durationText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, asTyped(schema.properties?.[name] ?? {}, part)]);
  return Object.fromEntries(entries);
}
