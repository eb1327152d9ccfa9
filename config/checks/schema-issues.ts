import type { z } from 'zod';
import { nearestName } from '../../domain/conditions/index.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Path, Problem, ProblemText } from '../problem.ts';
import { exampleFor } from '../source/example-lines.ts';
import { allowedKeys, allowedWords, schemasAt } from '../source/schema-words.ts';
import { commentInPlace, commentProblem } from '../source/yaml-culprits.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import { isSecretPlace } from './secrets.ts';
import { shown } from './sections.ts';
import { suggestKey, suggestValue } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** Where the data that zod looked at stands in the file, and what it should look like. */
export interface IssuePlace {
  source: YamlSource;
  data: unknown;
  jsonSchema: JsonSchema;
  /** Path of that data in the file; empty when zod looked at the whole file. */
  base: Path;
}

/** zod's findings as problems with lines, allowed words, the nearest name and an example. */
export function schemaProblems(issues: readonly Issue[], place: IssuePlace): Problem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, [], place));
  const missing = new Set(problems.filter((problem) => problem.found === null).map((problem) => problem.path));
  // `pley: x` is one mistake, though it is both an unknown name and a missing one.
  const misspelt = new Set(
    problems.flatMap(({ path, suggestion }) => {
      const meant = suggestion === null ? null : path.replace(/[^.]*$/, suggestion);
      return meant !== null && missing.has(meant) ? [meant] : [];
    }),
  );
  return problems.filter((problem) => problem.found !== null || !misspelt.has(problem.path));
}

function problemsOf(issue: Issue, above: Path, place: IssuePlace): Problem[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, place));
  if (issue.code === 'invalid_key') return [badKey(issue, path, place)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = meantBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => problemsOf(inner, path, place));
    const unknown = unknownEverywhere(issue.errors);
    if (unknown.length > 0) return unknown.map((key) => unknownKey(key, path, place));
  }
  return [badValue(issue, path, place)];
}

function unknownKey(key: string, path: Path, place: IssuePlace): Problem {
  const known = allowedKeys(schemasAt(place.jsonSchema, path, place.data));
  const allowed = known.filter((name) => name !== key);
  return report(place, [...path, key], 'key', {
    message: known.includes(key)
      ? `${key} cannot stand beside the other names here`
      : // `{ at: 0,95 }`
        /^\d+$/.test(key)
        ? `unknown name ${key}: a comma begins a new name; a number takes a point, such as 0.${key}`
        : `unknown name ${key}`,
    found: key,
    allowed,
    suggestion: known.includes(key) ? null : nearestName(key, allowed),
    example: exampleFor([...place.base, ...path]),
  });
}

function badKey(issue: Issue & { code: 'invalid_key' }, path: Path, place: IssuePlace): Problem {
  const key = String(path.at(-1) ?? '');
  const names = schemasAt(place.jsonSchema, path.slice(0, -1), place.data).flatMap(
    ({ propertyNames: one }) => one ?? [],
  );
  return report(place, path, 'key', {
    message: issue.issues[0]?.message ?? issue.message,
    found: key,
    allowed: ['lower case letters, digits and _, starting with a letter'],
    suggestion: suggestKey(key, names),
    example: exampleFor([...place.base, ...path.slice(0, -1)]),
  });
}

function badValue(issue: Issue, path: Path, place: IssuePlace): Problem {
  const value = path.reduce<unknown>((inner, step) => childOf(inner, step), place.data);
  const schemas = schemasAt(place.jsonSchema, path, place.data);
  const allowed = allowedWords(schemas);
  const example = exampleFor([...place.base, ...path]);
  const name = path.at(-1) ?? 'the file';
  if (value === undefined) {
    return report(place, path, 'key', { message: `${name} is missing`, allowed, example });
  }
  const comment = value === null ? commentInPlace(place.source.lineOf([...place.base, ...path])) : null;
  if (comment !== null) {
    const line = place.source.lineOf([...place.base, ...path]);
    return report(place, path, 'key', commentProblem(line, comment));
  }
  const secret = isSecretPlace([...place.base, ...path]);
  return report(place, path, 'value', {
    message: sentence(issue, allowed),
    found: secret ? 'a value (hidden)' : shown(value),
    allowed,
    suggestion: secret ? null : suggestValue(value, schemas),
    example,
  });
}

function sentence(issue: Issue, allowed: string[]): string {
  const own = /^(Invalid|Too|Unrecognized)\b/.test(issue.message) ? null : issue.message;
  if (own) return own;
  return allowed.length > 0 && allowed.length <= 3 ? `expected ${allowed.join(' or ')}` : 'this cannot stand here';
}

/** Of the alternatives of a union, the one that was probably meant: it fails deeper inside, not at its own shape. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const scored = branches.map((branch) => ({ branch, misfit: branch.reduce((sum, issue) => sum + misfit(issue), 0) }));
  const [first, second] = scored.toSorted((a, b) => a.misfit - b.misfit);
  if (!first || first.misfit === second?.misfit) return null;
  return first.branch;
}

/** Names that no alternative knows, among those that take a mapping at all. */
function unknownEverywhere(branches: readonly (readonly Issue[])[]): string[] {
  const mappings = branches.filter((branch) => branch.every((issue) => misfit(issue) < 90));
  const unknown = mappings.map((branch) =>
    branch.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [])),
  );
  return (unknown[0] ?? []).filter((key) => unknown.every((keys) => keys.includes(key)));
}

function misfit(issue: Issue): number {
  if (issue.code === 'invalid_type' && issue.path.length === 0) return 100;
  if (issue.code === 'invalid_value' && issue.path.length === 0) return 90;
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return 20 * issue.keys.length;
  if (issue.path.length === 1 && /received undefined/.test(issue.message)) return 10;
  return 1;
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(step))?.[1];
}

function report(place: IssuePlace, path: Path, part: 'key' | 'value', text: ProblemText): Problem {
  return place.source.problem([...place.base, ...path], text, part);
}
