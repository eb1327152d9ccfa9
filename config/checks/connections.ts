import { z } from 'zod';
import type { Manifest } from '../../connectors/kit/connector.ts';
import { nearestName } from '../../domain/conditions/index.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Path, Problem } from '../problem.ts';
import { CONNECTION_SETTINGS } from '../schema/index.ts';
import { exampleFor } from '../source/example-lines.ts';
import { allowedKeys, schemasAt } from '../source/schema-words.ts';
import type { CheckInput } from './input.ts';
import { schemaProblems } from './schema-issues.ts';
import { record, sectionAt, text } from './sections.ts';

/** Each connection against its connector's manifest: the vendor's name, settings, secrets and account key. */
export function checkConnections(input: CheckInput): Problem[] {
  return Object.entries(sectionAt(input.data, 'connections')).flatMap(([name, value]) => {
    const connection = record(value);
    const connector = text(connection.connector);
    if (connector === null) return [];
    const manifest = Object.hasOwn(input.connectors, connector) ? input.connectors[connector] : undefined;
    const path = ['connections', name];
    if (!manifest) return [unknownConnector(input, [...path, 'connector'], connector)];
    return [
      ...checkSettings(input, path, connection, manifest),
      ...checkAuth(input, path, connection, manifest),
      ...checkExpires(input, path, connection),
      ...checkLimits(input, path, connection, manifest),
      ...checkCommon(input, path, connection, manifest),
      ...checkFallback(input, connection, manifest),
    ];
  });
}

function unknownConnector({ source, connectors }: CheckInput, path: Path, found: string): Problem {
  const allowed = Object.keys(connectors);
  return source.problem(path, {
    message: `there is no connector ${found}`,
    found,
    allowed,
    suggestion: nearestName(found, allowed),
    example: exampleFor(['connections']),
  });
}

function checkSettings(
  input: CheckInput,
  path: Path,
  connection: Record<string, unknown>,
  manifest: Manifest,
): Problem[] {
  const jsonSchema = inputSchema(manifest.settings);
  const known = allowedKeys(schemasAt(jsonSchema, [], connection));
  const own = Object.entries(connection).filter(
    ([name]) => known.includes(name) || !CONNECTION_SETTINGS.includes(name),
  );
  const settings = Object.fromEntries(own);
  const parsed = manifest.settings.safeParse(settings);
  const place = { source: input.source, data: settings, jsonSchema, base: path };
  const unknown = own.filter(([name]) => !known.includes(name)).map(([name]) => name);
  // A connector's schema may be lenient with unknown names; a typing mistake must be found all the same.
  const names = [...known, ...CONNECTION_SETTINGS];
  return [
    ...unknown.map((name) =>
      input.source.problem(
        [...path, name],
        {
          message: `${manifest.title} has no setting ${name}`,
          found: name,
          allowed: [...new Set(names)],
          suggestion: nearestName(name, names),
          example: exampleFor(path),
        },
        'key',
      ),
    ),
    ...schemaProblems(parsed.error?.issues.filter((issue) => issue.code !== 'unrecognized_keys') ?? [], place).map(
      withOwnExample,
    ),
  ];
}

/** The connector's own words make a better example than another connection. */
function withOwnExample(problem: Problem): Problem {
  const [first] = problem.allowed;
  if (first === undefined) return problem;
  const value = first.replace(/^text such as ([^,]+).*$/, '$1');
  return value.includes(' ') || value === 'text'
    ? problem
    : { ...problem, example: `${problem.path.split('.').at(-1)}: ${value}` };
}

function checkAuth(input: CheckInput, path: Path, connection: Record<string, unknown>, manifest: Manifest): Problem[] {
  const given = Object.keys(record(connection.auth));
  const allowed = manifest.auth.map((name) => name.replace('?', ''));
  const missing = manifest.auth.filter((name) => !name.endsWith('?') && !given.includes(name));
  const references = allowed.map((name) => `${name}: env:${manifest.name.toUpperCase()}_${name.toUpperCase()}`);
  const example = `auth: { ${references.join(', ')} }`;
  return [
    ...missing.map((name) =>
      input.source.problem(
        [...path, 'auth'],
        { message: `${manifest.title} needs the secret ${name}`, allowed, example },
        'key',
      ),
    ),
    ...given
      .filter((name) => !allowed.includes(name))
      .map((name) =>
        input.source.problem(
          [...path, 'auth', name],
          {
            message: `${manifest.title} has no secret ${name}`,
            found: name,
            allowed,
            suggestion: nearestName(name, allowed),
            example,
          },
          'key',
        ),
      ),
  ];
}

/** A warning about a credential that is not there would never be given for the one that is. */
function checkExpires(input: CheckInput, path: Path, connection: Record<string, unknown>): Problem[] {
  const allowed = [...Object.keys(record(connection.auth)), ...(connection.webhook_secret ? ['webhook_secret'] : [])];
  return Object.keys(record(connection.expires))
    .filter((name) => !allowed.includes(name))
    .map((name) =>
      input.source.problem(
        [...path, 'expires', name],
        {
          message: `this connection has no secret ${name}`,
          found: name,
          allowed,
          suggestion: nearestName(name, allowed),
          example: exampleFor([...path, 'expires']),
        },
        'key',
      ),
    );
}

function checkLimits(
  input: CheckInput,
  path: Path,
  connection: Record<string, unknown>,
  manifest: Manifest,
): Problem[] {
  const allowed = manifest.limits.map(({ name }) => name);
  return Object.keys(record(connection.limits))
    .filter((name) => !allowed.includes(name))
    .map((name) =>
      input.source.problem(
        [...path, 'limits', name],
        {
          message: `${manifest.title} has no limit ${name}`,
          found: name,
          allowed,
          suggestion: nearestName(name, allowed),
          example: manifest.limits[0] ? `limits: { ${manifest.limits[0].name}: ${manifest.limits[0].max} }` : '',
        },
        'key',
      ),
    );
}

function checkCommon(
  input: CheckInput,
  path: Path,
  connection: Record<string, unknown>,
  manifest: Manifest,
): Problem[] {
  const problems: Problem[] = [];
  const byDefault = inputSchema(manifest.settings).properties?.account_key?.default !== undefined;
  if (manifest.needsAccountKey && connection.account_key === undefined && !byDefault) {
    problems.push(
      input.source.problem(
        [...path, 'account_key'],
        {
          message: `account_key is missing: which field in ${manifest.title} holds our account id?`,
          example: exampleFor([...path, 'account_key']),
        },
        'key',
      ),
    );
  }
  // Where webhooks only push certain facts, those say so themselves.
  if (manifest.webhook && !manifest.pushed && connection.webhook_secret === undefined) {
    problems.push(
      input.source.problem(
        [...path, 'webhook_secret'],
        {
          message: `without webhook_secret nothing that ${manifest.title} sends is taken in`,
          example: exampleFor([...path, 'webhook_secret']),
          severity: 'warning',
        },
        'key',
      ),
    );
  }
  if (connection.mode === 'live' && connection.sandbox_url !== undefined) {
    problems.push(
      input.source.problem(
        [...path, 'sandbox_url'],
        { message: 'sandbox_url stands only beside mode: sandbox', found: 'mode: live', allowed: ['mode: sandbox'] },
        'key',
      ),
    );
  }
  return problems;
}

/** Where alerts go when an account has nobody: by the connection that has to send them. */
function checkFallback(input: CheckInput, connection: Record<string, unknown>, manifest: Manifest): Problem[] {
  const path = ['routing', 'fallback', 'slack'];
  const address = text(sectionAt(input.data, 'routing', 'fallback').slack);
  const refusal = address === null ? null : (manifest.refuseAddress?.(address, connection) ?? null);
  if (refusal === null) return [];
  return [input.source.problem(path, { message: refusal, found: address, example: 'slack: C0123456789' })];
}

function inputSchema(schema: z.ZodType): JsonSchema {
  // As in json-schema.ts: zod's type of the result is wider than what it writes.
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as JsonSchema;
}
