/** Answers a query from the org's records, with the checks that Salesforce makes before it answers. */
import { type FieldDefinition, type ObjectName, objectNamed } from '../definitions.ts';
import { isId, longId } from '../ids.ts';
import type { Org, SalesforceRecord, Value } from '../org.ts';
import { invalid } from '../problem.ts';
import type { Comparison, Condition, Literal, Query } from './parse.ts';

const DAY_MS = 86_400_000;

/** A field, perhaps of a parent: the references that lead there, and its definition. */
export interface FieldPath {
  /** Relationship names and the field's own, as they are defined. */
  names: string[];
  definition: FieldDefinition;
  read: (record: SalesforceRecord) => Value;
}
export interface Plan {
  object: ObjectName;
  /** Null: only their number was asked for. */
  fields: FieldPath[] | null;
  /** Names of the object's own fields that were shown or filtered by. */
  asked: Set<string>;
  matches: (record: SalesforceRecord) => boolean;
  rows: SalesforceRecord[];
}

/** @param deleted also what lies in the recycle bin (queryAll) */
export function runQuery(org: Org, query: Query, options: { deleted: boolean; nowMs: number }): Plan {
  const object = objectNamed(query.object);
  if (object === null) {
    const hint = "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. ";
    const message = `sObject type '${query.object}' is not supported. ${hint}Please reference your WSDL or the describe call for the appropriate names.`;
    throw invalid('INVALID_TYPE', message);
  }
  const asked = new Set<string>();
  const at = (name: string, filtered: boolean): FieldPath => {
    const path = resolve(org, object, name);
    if (filtered && !path.definition.filterable) {
      throw invalid('INVALID_FIELD', `field '${path.definition.name}' can not be filtered in a query call`);
    }
    asked.add(path.names[0] ?? name);
    return path;
  };
  const fields = query.fields?.map((name) => at(name, false)) ?? null;
  const matches = query.where === null ? () => true : compile(query.where, (name) => at(name, true), options.nowMs);
  const order = query.orderBy.map((one) => ({ ...one, read: at(one.field, true).read }));
  const rows = candidates(org, object, query.where).filter(
    (one) => (options.deleted || !one.IsDeleted) && matches(one),
  );
  rows.sort((a, b) => {
    for (const { read, descending, nullsLast } of order) {
      const difference = compareValues(read(a), read(b), nullsLast !== descending);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
  const end = query.limit === null ? undefined : query.offset + query.limit;
  return { object, fields, asked, matches, rows: rows.slice(query.offset, end) };
}

/** Records among which all that match are found: by a value that has an index, else all there are. */
function candidates(org: Org, object: ObjectName, where: Condition | null): SalesforceRecord[] {
  for (const part of where?.kind === 'and' ? where.parts : [where]) {
    const literals =
      part?.kind === 'in' && !part.not
        ? part.literals
        : part?.kind === 'compare' && part.operator === '='
          ? [part.literal]
          : null;
    if (!part || !('field' in part) || literals === null) continue;
    const name = org.field(object, part.field)?.name ?? '';
    const texts = literals.flatMap((literal) => (literal.kind === 'string' ? [literal.value] : []));
    if (texts.length < literals.length) continue;
    if (name === 'Id') return [...new Set(texts.flatMap((id) => org.get(object, id) ?? []))];
    if (!org.isIndexed(object, name)) continue;
    const isReference = org.field(object, name)?.type === 'reference';
    return [...new Set(texts.flatMap((one) => org.withValue(object, name, isReference ? longId(one) : one)))];
  }
  return [...org.of(object).values()];
}

function resolve(org: Org, object: ObjectName, name: string): FieldPath {
  const [first = '', ...rest] = name.split('.');
  if (rest.length === 0) {
    const definition = org.field(object, first);
    if (!definition) throw noColumn(object, first);
    return { names: [definition.name], definition, read: (record) => record[definition.name] ?? null };
  }
  const reference = org.fields(object).find((one) => one.relationshipName?.toLowerCase() === first.toLowerCase());
  const [parent] = reference?.referenceTo ?? [];
  if (!reference || parent === undefined) {
    throw invalid('INVALID_FIELD', `Didn't understand relationship '${first}' in field path.`);
  }
  const inner = resolve(org, parent, rest.join('.'));
  return {
    names: [reference.relationshipName ?? first, ...inner.names],
    definition: inner.definition,
    read: (record) => {
      const found = org.get(parent, String(record[reference.name] ?? ''));
      return found ? inner.read(found) : null;
    },
  };
}

export const noColumn = (object: string, name: string) =>
  invalid(
    'INVALID_FIELD',
    `No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

type Test = (record: SalesforceRecord) => boolean;

function compile(condition: Condition, at: (name: string) => FieldPath, nowMs: number): Test {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => compile(part, at, nowMs));
      return condition.kind === 'and'
        ? (record) => parts.every((part) => part(record))
        : (record) => parts.some((part) => part(record));
    }
    case 'not': {
      const part = compile(condition.part, at, nowMs);
      return (record) => !part(record);
    }
    case 'in': {
      const { definition, read } = at(condition.field);
      const wanted = new Set(condition.literals.map((literal) => key(operand(definition, literal))));
      return (record) => wanted.has(key(read(record))) !== condition.not;
    }
    case 'compare': {
      const { definition, read } = at(condition.field);
      const { operator, literal } = condition;
      if (literal.kind === 'days') return daysTest(definition, read, operator, spanOf(literal, nowMs));
      const value = operand(definition, literal);
      if (operator === 'LIKE') return likeTest(definition, read, value);
      return (record) => holds(operator, read(record), value);
    }
  }
}

/** Text is compared without regard to case; ids are not text. */
const key = (value: Value): Value => (typeof value === 'string' && !isId(value) ? value.toLowerCase() : value);

function holds(operator: Comparison, found: Value, value: Value): boolean {
  if (operator === '=') return key(found) === key(value);
  if (operator === '!=') return key(found) !== key(value);
  if (found === null || value === null) return false;
  const difference = compareValues(found, value, false);
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}

function compareValues(a: Value, b: Value, nullsLast: boolean): number {
  if (a === b) return 0;
  if (a === null || b === null) return (a === null) === nullsLast ? 1 : -1;
  const [left, right] = [key(a), key(b)];
  if (left === right || left === null || right === null) return 0;
  return left < right ? -1 : 1;
}

/** What a literal is for this field; Salesforce refuses one of another kind. */
function operand(definition: FieldDefinition, literal: Literal): Value {
  if (literal.kind === 'null') return null;
  const wrong = (type: string, how: string) =>
    invalid(
      'INVALID_FIELD',
      `value of filter criterion for field '${definition.name}' must be of type ${type} and ${how}`,
    );
  switch (definition.type) {
    case 'boolean':
      if (literal.kind !== 'boolean') throw wrong('boolean', 'should not be enclosed in quotes');
      return literal.value;
    case 'int':
    case 'double':
    case 'currency':
      if (literal.kind !== 'number') throw wrong('double', 'should not be enclosed in quotes');
      return literal.value;
    case 'date':
      if (literal.kind !== 'date') throw wrong('date', 'should not be enclosed in quotes');
      return literal.value;
    case 'datetime':
      if (literal.kind !== 'datetime') throw wrong('dateTime', 'should not be enclosed in quotes');
      return new Date(literal.value).toISOString();
    case 'id':
    case 'reference':
      if (literal.kind !== 'string') throw wrong('ID', 'should be enclosed in quotes');
      if (!isId(literal.value)) throw invalid('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.value}`);
      return longId(literal.value);
    default:
      if (literal.kind !== 'string') throw wrong('string', 'should be enclosed in quotes');
      return literal.value;
  }
}

function likeTest(definition: FieldDefinition, read: FieldPath['read'], pattern: Value): Test {
  const text = String(pattern ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(`^${text.replaceAll('%', '[^]*').replaceAll('_', '[^]')}$`, 'i');
  if (definition.type === 'boolean' || definition.type === 'id') {
    throw invalid('INVALID_QUERY_FILTER_OPERATOR', `invalid operator on ${definition.type} field`);
  }
  return (record) => expression.test(String(read(record) ?? ''));
}

interface Span {
  from: string;
  until: string;
}

/** The first day from today, and how many. */
const SPANS: Record<string, (n: number) => [first: number, days: number]> = {
  TODAY: () => [0, 1],
  YESTERDAY: () => [-1, 1],
  TOMORROW: () => [1, 1],
  LAST_N_DAYS: (n) => [-n, n + 1],
  NEXT_N_DAYS: (n) => [1, n],
};

function spanOf({ name, n }: { name: string; n: number }, nowMs: number): Span {
  const [first, days] = SPANS[name]?.(n) ?? [0, 1];
  const from = (Math.floor(nowMs / DAY_MS) + first) * DAY_MS;
  return { from: new Date(from).toISOString(), until: new Date(from + days * DAY_MS).toISOString() };
}

function daysTest({ type, name }: FieldDefinition, read: FieldPath['read'], operator: Comparison, span: Span): Test {
  if (type !== 'date' && type !== 'datetime') throw invalid('INVALID_FIELD', `${name} is no date`);
  const cut = (at: string) => (type === 'date' ? at.slice(0, 10) : at);
  const [from, until] = [cut(span.from), cut(span.until)];
  return (record) => {
    const value = read(record);
    if (typeof value !== 'string') return operator === '!=';
    const inside = from <= value && value < until;
    if (operator === '=') return inside;
    if (operator === '!=') return !inside;
    if (operator === '<') return value < from;
    if (operator === '<=') return value < until;
    return operator === '>' ? value >= until : value >= from;
  };
}
