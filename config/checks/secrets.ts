import { makeProblem, type Path, type Position, type Problem, type ProblemText } from '../problem.ts';
import { isOpenToOthers, lookUp } from '../secrets.ts';
import type { Files } from '../source/folder.ts';
import { findKnownSecrets, looksLikeSecret } from '../source/secret-shapes.ts';
import type { CheckInput } from './input.ts';
import { list, record, sectionAt, text } from './sections.ts';

/** Places that take a reference to a secret: what else stands there is never shown. */
export function isSecretPlace(path: Path): boolean {
  return path[0] === 'connections' && (path[2] === 'auth' || path[2] === 'webhook_secret');
}

const REFUSED: ProblemText = {
  message: 'this looks like a secret; write where it is found, never the value itself (and replace the leaked one)',
  found: 'a value (hidden)',
  allowed: ['env:NAME', 'file:PATH'],
  example: 'auth: { key: env:STRIPE_KEY }',
};

/** Secrets pasted as values, names, comments or template text. */
export function checkPastedSecrets(files: Files, input: CheckInput | null): Problem[] {
  const inValues = input ? [...textValues(input.data, [])].filter(([, value]) => looksLikeSecret(value)) : [];
  const problems = inValues
    .map(([path]) => input?.source.problem(path, REFUSED))
    .filter((problem) => problem !== undefined);
  const seen = new Set(problems.map((problem) => `${problem.file}:${problem.line}`));
  for (const [file, content] of Object.entries(files)) {
    for (const { offset } of findKnownSecrets(content)) {
      const position = positionOf(content, offset);
      if (seen.has(`${file}:${position.line}`)) continue;
      seen.add(`${file}:${position.line}`);
      problems.push(makeProblem(file, position, [], REFUSED));
    }
  }
  return problems;
}

function positionOf(content: string, offset: number): Position {
  const before = content.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function* textValues(value: unknown, path: Path): Generator<[Path, string]> {
  if (typeof value === 'string') yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    yield* textValues(child, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

/** References that lead nowhere on this machine: a warning, since a config is often checked where no secrets are. */
export function checkReferences({ source, data, env, dir }: CheckInput): Problem[] {
  const places: [Path, unknown][] = [];
  for (const [name, connection] of Object.entries(sectionAt(data, 'connections'))) {
    const signing = record(connection).webhook_secret;
    const path = ['connections', name, 'webhook_secret'];
    if (Array.isArray(signing)) for (const [index, one] of signing.entries()) places.push([[...path, index], one]);
    else places.push([path, signing]);
    for (const [key, reference] of Object.entries(sectionAt(connection, 'auth'))) {
      places.push([['connections', name, 'auth', key], reference]);
    }
  }
  places.push([['routing', 'fallback', 'email'], sectionAt(data, 'routing', 'fallback').email]);
  for (const [role, people] of Object.entries(sectionAt(data, 'roles'))) {
    for (const [index, person] of list(people).entries()) places.push([['roles', role, index], person]);
  }
  return places.flatMap(([path, value]) => {
    const reference = text(value);
    if (reference === null || !/^(env:[A-Z]|file:)/.test(reference)) return [];
    if (lookUp(reference, env, dir) !== null) {
      if (!isOpenToOthers(reference, dir)) return [];
      const message = `others on this machine may read the file ${reference.slice(5)}`;
      return [source.problem(path, { message, example: `chmod 600 ${reference.slice(5)}`, severity: 'warning' })];
    }
    const message = reference.startsWith('env:')
      ? `the environment variable ${reference.slice(4)} is not set here`
      : `the file ${reference.slice(5)} is missing or empty here`;
    return [source.problem(path, { message, severity: 'warning' })];
  });
}
