import fs from 'node:fs';
import { z } from 'zod';

const operation = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.json() })) }).optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.json() })).optional() }),
  ),
});
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
});
const api = document.parse(JSON.parse(fs.readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')));

export interface Exchange {
  /** `GET /accounts/:id`, below /api/v1. */
  route: string;
  query: string[];
  body: unknown;
  answer: unknown;
}

/** What in an exchange is not as the hub's published description has it; empty: all is well. */
export function problemsOf({ route, query, body, answer }: Exchange): string[] {
  const [method = '', path = ''] = route.split(' ');
  const found = api.paths[`/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()];
  if (!found) return [`${route} is no route of the hub`];
  const known = found.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const unknown = query.filter((name) => !known.includes(name));
  const [good] = Object.entries(found.responses).filter(([status]) => status.startsWith('2'));
  return [
    ...unknown.map((name) => `${route} takes no ${name}`),
    ...misfit(`${route} sent`, found.requestBody?.content['application/json']?.schema, body),
    ...misfit(`${route} answered`, good?.[1].content?.['application/json']?.schema, answer),
  ];
}

function misfit(what: string, schema: z.core.util.JSONType | undefined, value: unknown): string[] {
  if (schema === undefined) return [];
  // The document is our own; zod reads what zod wrote.
  const read = z.fromJSONSchema(inlined(schema) as z.core.JSONSchema.JSONSchema).safeParse(value);
  return read.success ? [] : [`${what}: ${z.prettifyError(read.error)}`];
}

/** The schema with what it refers to in its place. */
function inlined(schema: z.core.util.JSONType): z.core.util.JSONType {
  if (Array.isArray(schema)) return schema.map(inlined);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') {
    const target = api.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (target === undefined) throw new Error(`docs/openapi.json has no ${schema.$ref}`);
    return inlined(target);
  }
  return Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, inlined(part)]));
}
