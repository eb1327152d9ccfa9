import { z } from 'zod';
import type { Manifest } from '../../connectors/kit/connector.ts';
import { nearestName } from '../../domain/conditions/index.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Path, Problem } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import type { CheckInput } from './input.ts';
import { unknownName } from './plans.ts';
import { schemaProblems } from './schema-issues.ts';
import { record, sectionAt, text } from './sections.ts';

/** Metrics and facts: the connection that reads them, the connector's own words for reading, the product. */
export function checkUsage(input: CheckInput): Problem[] {
  const products = Object.keys(sectionAt(input.data, 'products'));
  const metrics = Object.entries(sectionAt(input.data, 'metrics'));
  return [
    ...metrics.flatMap(([name, value]) => {
      const product = text(record(value).product);
      if (product === null || products.includes(product)) return [];
      return [unknownName(input, ['metrics', name, 'product'], 'product', product, products)];
    }),
    ...metrics.flatMap(([name, value]) => checkReading(input, ['metrics', name], record(value))),
    ...Object.entries(sectionAt(input.data, 'facts')).flatMap(([name, value]) =>
      checkReading(input, ['facts', name], record(value)),
    ),
  ];
}

function checkReading(input: CheckInput, path: Path, value: Record<string, unknown>): Problem[] {
  const from = text(value.from);
  if (from === null) return [];
  const connections = sectionAt(input.data, 'connections');
  const readers = Object.keys(connections).filter((name) => manifestOf(input, name)?.readSchema);
  if (!Object.hasOwn(connections, from)) return [unknownName(input, [...path, 'from'], 'connection', from, readers)];
  const manifest = manifestOf(input, from);
  if (!manifest) return [];
  if (!manifest.readSchema) {
    return [
      input.source.problem([...path, 'from'], {
        message: `${manifest.title} reads no usage`,
        found: from,
        allowed: readers,
        suggestion: nearestName(from, readers),
        example: exampleFor(path),
      }),
    ];
  }
  if (value.read === undefined) return [];
  const parsed = manifest.readSchema.safeParse(value.read);
  // As in json-schema.ts: zod's type of the result is wider than what it writes.
  const jsonSchema = z.toJSONSchema(manifest.readSchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  }) as JsonSchema;
  const place = { source: input.source, data: value.read, jsonSchema, base: [...path, 'read'] };
  const problems = schemaProblems(parsed.error?.issues ?? [], place);
  return problems.length === 0 && manifest.pushed?.(value.read) ? checkPushed(input, path, value, manifest) : problems;
}

/** What a vendor pushes has no readings, needs the door open, and is a number of people or whether there are any. */
function checkPushed(input: CheckInput, path: Path, value: Record<string, unknown>, { title }: Manifest): Problem[] {
  const say = (part: string, message: string, example: string | null) => [
    input.source.problem([...path, part], { message, example }),
  ];
  if (path[0] === 'metrics')
    return say('read', `${title} pushes this, and a metric needs readings: declare a fact`, null);
  const connection = text(value.from) ?? '';
  if (sectionAt(input.data, 'connections', connection).webhook_secret === undefined) {
    const example = `webhook_secret: env:${title.toUpperCase()}_WEBHOOK_LOGIN`;
    return say('read', `${title} pushes this, and the connection ${connection} has no webhook_secret`, example);
  }
  if (typeof value.sample === 'number' || typeof value.sample === 'boolean') return [];
  return say('sample', 'a cohort is counted (a number), or there or not (true)', 'sample: 12');
}

function manifestOf(input: CheckInput, connection: string) {
  const connector = text(sectionAt(input.data, 'connections', connection).connector);
  return connector !== null && Object.hasOwn(input.connectors, connector) ? input.connectors[connector] : undefined;
}
