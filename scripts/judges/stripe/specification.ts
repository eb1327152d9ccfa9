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
  problemsOfRequest: (call: Call) => Problem[];
  /** @param answer the parsed body of an answer with this status */
  problemsOfAnswer: (call: Pick<Call, 'method' | 'url'>, status: number, answer: unknown) => Problem[];
  /** @param event the parsed body of a webhook: judged itself, and the object that it carries by its own schema */
  problemsOfEvent: (event: unknown) => Problem[];
}

/** As it stands in the program, byte for byte: Go keeps embedded files as they are. */
const START = '{\n  "components": {';
const END = '\n}';

export type Allows = (side: 'request' | 'answer', of: string, field: string) => boolean;

/** @param program path of a stripe-mock. @param allows fields that may stand where the specification lacks them */
export function readSpecification(program: string, allows: Allows): Specification {
  const bytes = fs.readFileSync(program);
  const start = bytes.indexOf(START);
  const end = start === -1 ? -1 : bytes.indexOf(END, start);
  if (end === -1) throw new Error(`${program} carries no specification in the form of stripe-mock 0.203.0`);
  const text = bytes.subarray(start, end + END.length).toString('utf8');
  return specificationOf(specification.parse(JSON.parse(text)), allows);
}

function specificationOf({ info, paths, components }: z.output<typeof specification>, allows: Allows): Specification {
  // A path without parameters first: /v1/invoices/create_preview is no invoice by the name of create_preview.
  const known = Object.keys(paths)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, test: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) }));
  const find = ({ method, url }: Pick<Call, 'method' | 'url'>) => {
    const { pathname } = new URL(url, 'http://stripe');
    const verb = method.toLowerCase();
    const path = known.find((one) => one.test.test(pathname) && paths[one.path]?.[verb])?.path;
    const found = path === undefined ? undefined : paths[path]?.[verb];
    return path !== undefined && found ? { of: `${method} ${path}`, ...found } : null;
  };
  const judgeJson = (against: Schema, value: unknown, of: string) =>
    problemsOf(against, value, {
      named: components.schemas,
      form: false,
      of,
      allows: (named, field) => allows('answer', named, field),
    });
  const noSuch = ({ method, url }: Pick<Call, 'method' | 'url'>): Problem[] => [
    { of: `${method} ${url}`, at: '', problem: 'the specification has no such operation' },
  ];

  return {
    version: info.version,
    problemsOfRequest: (call) => {
      const found = find(call);
      if (!found) return noSuch(call);
      const judge = (against: Schema, text: string) =>
        problemsOf(against, parseForm(text), {
          named: components.schemas,
          form: true,
          of: found.of,
          allows: (of, field) => allows('request', of, field),
        });
      const form = found.requestBody?.content['application/x-www-form-urlencoded']?.schema ?? NOTHING;
      const query = new URL(call.url, 'http://stripe').search.slice(1);
      // Stripe's own packages put what a DELETE says into the query; the specification calls it a body.
      if (call.method === 'DELETE') return judge(form, query);
      return [...judge(queryOf(found.parameters), query), ...judge(form, call.body ?? '')];
    },
    problemsOfAnswer: (call, status, answer) => {
      const found = find(call);
      if (!found) return noSuch(call);
      const told = found.responses[String(status)] ?? found.responses.default;
      const against = told?.content?.['application/json']?.schema;
      if (!against) return [{ of: found.of, at: '', problem: `no JSON answer with status ${status} is known` }];
      return judgeJson(against, answer, found.of);
    },
    problemsOfEvent: (event) => {
      const { data } = carrier.safeParse(event);
      const envelope = judgeJson({ $ref: '#/components/schemas/event' }, event, 'event');
      if (!data) return envelope;
      const { object } = data.data;
      const against = components.schemas[object.object];
      if (against) return [...envelope, ...judgeJson(against, object, object.object)];
      if (allows('answer', 'event', object.object)) return envelope;
      return [...envelope, { of: 'event', at: 'data.object', problem: `the specification has no ${object.object}` }];
    },
  };
}

const carrier = z.object({ data: z.object({ object: z.looseObject({ object: z.string() }) }) });

const NOTHING: Schema = { type: 'object', properties: {} };

function queryOf(parameters: z.output<typeof operation>['parameters']): Schema {
  const queried = parameters.filter((parameter) => parameter.in === 'query');
  return {
    type: 'object',
    properties: Object.fromEntries(queried.map((parameter) => [parameter.name, parameter.schema])),
    required: queried.filter(({ required }) => required).map(({ name }) => name),
  };
}
