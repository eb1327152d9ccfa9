import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { rolesOf } from './roles.ts';

const TAGS = [
  { name: 'accounts', description: 'Accounts, and why each got what it got' },
  { name: 'journeys', description: 'Passes of an account through a play' },
  { name: 'trials', description: 'Offers and trials' },
  { name: 'effects', description: 'Outward changes, each once' },
  { name: 'revenue', description: 'Attribution and the report' },
  { name: 'usage', description: 'Readings that a product pushes' },
  { name: 'prompts', description: 'In-app prompts, for the product that shows them' },
  { name: 'operation', description: 'Running the hub' },
];

const problem = z.object({
  error: z.object({
    code: z.string().describe('Stable, for programs'),
    message: z.string(),
    remedy: z.string().describe('What to do next'),
  }),
});
const { $schema: _, ...problemShape } = z.toJSONSchema(problem);
const REFUSED = {
  description: 'A refusal, as a sentence',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** Describes the routes by their zod schemas and the role table, in OpenAPI 3.1. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Headroom',
        version: packageJson.version,
        description:
          'Usage in, journeys, trials and credit out. Times are ISO 8601 in UTC, money is whole cents. Lists come in ' +
          'pages: send back `next` as `after`. Every error is `{ error: { code, message, remedy } }`.',
      },
      tags: TAGS,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const roles = [document.route.method].flat().flatMap((method) => rolesOf(method, url) ?? []);
      if (schema === undefined || schema.hide === true || roles.length === 0) return { schema, url };
      const said = schema.description === undefined ? '' : `${schema.description}\n\n`;
      return {
        schema: {
          ...schema,
          description: `${said}Roles: ${roles.join(', ')}.`,
          response: { ...Object(schema.response), '4XX': REFUSED },
        },
        url,
      };
    },
    transformObject: (document) => tidy(jsonSchemaTransformObject(document)),
  });
}

type Description = ReturnType<typeof jsonSchemaTransformObject>;

/**
 * Adds the shape of errors and drops what helps no reader: shapes of input (answers only are shared), the pattern of
 * dates, the bounds of safe integers.
 */
function tidy(description: Description): Description {
  // Swagger 2 keeps its shapes elsewhere; we write OpenAPI 3.1 only.
  if (!('components' in description)) return description;
  const schemas = Object.entries(description.components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  const whole = {
    ...description,
    components: { ...description.components, schemas: Object.fromEntries([...schemas, ['Problem', problemShape]]) },
  };
  return JSON.parse(JSON.stringify(whole, withoutNoise));
}

function withoutNoise(this: unknown, key: string, value: unknown): unknown {
  if (key === 'pattern' && this instanceof Object && 'format' in this && this.format === 'date-time') return undefined;
  if ((key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return undefined;
  return value;
}
