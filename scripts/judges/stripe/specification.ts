/**
 * Stripe's own OpenAPI specification, read out of stripe-mock, and what it has to say about an exchange. Stricter than
 * stripe-mock, which lets unknown nested fields pass (https://github.com/stripe/stripe-mock#limitations).
 */
import fs from 'node:fs';
import { z } from 'zod';
import { parseForm } from './form.ts';
import { type Problem, problemsOf, type Schema, schema } from './schema.ts';

const content = z.record(z.string(), z.object({ schema: schema.optional() }));
const operation = z.object({
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema }))
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
const specification = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export interface Call {
  method: string;
  /** With its query. */
  url: string;
  body: string | null;
}
export interface Specification {
  version: string;
  /** The path as the specification names it; null: there is no such operation. */
  pathOf: (call: Pick<Call, 'method' | 'url'>) => string | null;
  problemsOfRequest: (call: Call) => Problem[];
  /** @param answer the parsed body of an answer with this status */
  problemsOfAnswer: (call: Pick<Call, 'method' | 'url'>, status: number, answer: unknown) => Problem[];
}

/** As it stands in the program, byte for byte: Go keeps embedded files as they are. */
const START = '{\n  "components": {';
const END = '\n}';

/** @param program path of a stripe-mock */
export function readSpecification(program: string): Specification {
  const bytes = fs.readFileSync(program);
  const start = bytes.indexOf(START);
  const end = start === -1 ? -1 : bytes.indexOf(END, start);
  if (end === -1) throw new Error(`${program} carries no specification in the form of stripe-mock 0.203.0`);
  const text = bytes.subarray(start, end + END.length).toString('utf8');
  return specificationOf(specification.parse(JSON.parse(text)));
}

function specificationOf({ info, paths, components }: z.output<typeof specification>): Specification {
  // A path without parameters first: /v1/invoices/create_preview is no invoice by the name of create_preview.
  const known = Object.keys(paths)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, test: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) }));
  const find = ({ method, url }: Pick<Call, 'method' | 'url'>) => {
    const { pathname } = new URL(url, 'http://stripe');
    const found = known.find(({ path, test }) => test.test(pathname) && paths[path]?.[method.toLowerCase()]);
    return found && { path: found.path, operation: paths[found.path]?.[method.toLowerCase()] };
  };
  const reading = { named: components.schemas, form: false };
  const judgeForm = (against: Schema, text: string) => problemsOf(against, parseForm(text), { ...reading, form: true });
  const noSuch = ({ method, url }: Pick<Call, 'method' | 'url'>): Problem[] => [
    { at: '', problem: `the specification has no ${method} ${url}` },
  ];

  return {
    version: info.version,
    pathOf: (call) => find(call)?.path ?? null,
    problemsOfRequest: (call) => {
      const { operation } = find(call) ?? {};
      if (!operation) return noSuch(call);
      const form = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema ?? NOTHING;
      const query = new URL(call.url, 'http://stripe').search.slice(1);
      // Stripe's own packages put what a DELETE says into the query; the specification calls it a body.
      if (call.method === 'DELETE') return judgeForm(form, query);
      return [...judgeForm(queryOf(operation), query), ...judgeForm(form, call.body ?? '')];
    },
    problemsOfAnswer: (call, status, answer) => {
      const { operation } = find(call) ?? {};
      if (!operation) return noSuch(call);
      const told = operation.responses[String(status)] ?? operation.responses.default;
      const against = told?.content?.['application/json']?.schema;
      if (!against) return [{ at: '', problem: `the specification knows no JSON answer with status ${status}` }];
      return problemsOf(against, answer, reading);
    },
  };
}

const NOTHING: Schema = { type: 'object', properties: {} };

function queryOf({ parameters }: z.output<typeof operation>): Schema {
  const queried = parameters.filter((parameter) => parameter.in === 'query');
  return {
    type: 'object',
    properties: Object.fromEntries(queried.map((parameter) => [parameter.name, parameter.schema])),
    required: queried.filter(({ required }) => required).map(({ name }) => name),
  };
}
