/**
 * The part of SOQL that this org understands:
 * SELECT fields (or COUNT()) FROM object [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n], with fields of a parent by its
 * relationship name. What it does not know (subqueries, GROUP BY, functions) is refused, never passed over.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql.htm
 */
import { invalid } from '../problem.ts';

export type Literal =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'date' | 'datetime'; value: string }
  /** TODAY, LAST_N_DAYS:3: a span of days. */
  | { kind: 'days'; name: string; n: number };
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE';
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; field: string; operator: Comparison; literal: Literal }
  | { kind: 'in'; field: string; not: boolean; literals: Literal[] };
export interface Query {
  /** Null: COUNT(). */
  fields: string[] | null;
  object: string;
  where: Condition | null;
  orderBy: { field: string; descending: boolean; nullsLast: boolean }[];
  limit: number | null;
  offset: number;
}

const TOKEN =
  /\s*(?:(?<string>'(?:\\.|[^'\\])*')|(?<datetime>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))|(?<date>\d{4}-\d\d-\d\d)|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w.]*(?::\d+)?)|(?<sign><=|>=|!=|<>|[=<>(),]))/y;
const ESCAPED: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const COMPARISONS: Record<string, Comparison> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const SPANS = /^(TODAY|YESTERDAY|TOMORROW|LAST_N_DAYS|NEXT_N_DAYS)(?::(\d+))?$/i;

interface Token {
  kind: 'string' | 'datetime' | 'date' | 'number' | 'word' | 'sign' | 'end';
  text: string;
}

function tokens(soql: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (soql.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const [kind, text] = Object.entries(TOKEN.exec(soql)?.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    if (kind === undefined || text === undefined) {
      throw malformed(`line 1:${at} no viable alternative at character '${soql.slice(at).trim().charAt(0)}'`);
    }
    found.push({ kind: kind as Token['kind'], text }); // the names of the groups above
  }
  return found;
}

const malformed = (message: string) => invalid('MALFORMED_QUERY', message);

export function parseQuery(soql: string): Query {
  const rest = tokens(soql);
  const peek = (): Token => rest[0] ?? { kind: 'end', text: '<EOF>' };
  const unexpected = () => malformed(`unexpected token: '${peek().text}'`);
  const isWord = (word: string) => peek().kind === 'word' && peek().text.toUpperCase() === word;
  const takeIf = (word: string): boolean => (isWord(word) ? rest.shift() !== undefined : false);
  const take = (kind: Token['kind'], text?: string): string => {
    const token = peek();
    if (token.kind !== kind || (text !== undefined && token.text.toUpperCase() !== text)) throw unexpected();
    rest.shift();
    return token.text;
  };
  const sign = (text: string): boolean =>
    peek().kind === 'sign' && peek().text === text ? rest.shift() !== undefined : false;

  function literal(): Literal {
    const { kind, text } = peek();
    rest.shift();
    switch (kind) {
      case 'string':
        return { kind, value: text.slice(1, -1).replace(/\\(.)/g, (_, one: string) => ESCAPED[one] ?? one) };
      case 'number':
        return { kind, value: Number(text) };
      case 'date':
      case 'datetime':
        return { kind, value: text };
      case 'word': {
        const word = text.toUpperCase();
        if (word === 'NULL') return { kind: 'null' };
        if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' };
        const [, name, n] = SPANS.exec(text) ?? [];
        if (name !== undefined) return { kind: 'days', name: name.toUpperCase(), n: Number(n ?? 0) };
      }
    }
    throw malformed(`unexpected token: '${text}'`);
  }
  function listOfLiterals(): Literal[] {
    take('sign', '(');
    if (isWord('SELECT')) throw malformed('semi-joins are not understood by the sandbox');
    const list = [literal()];
    while (sign(',')) list.push(literal());
    take('sign', ')');
    return list;
  }
  function comparison(): Condition {
    if (sign('(')) {
      const inner = condition();
      take('sign', ')');
      return inner;
    }
    if (takeIf('NOT')) return { kind: 'not', part: comparison() };
    const field = take('word');
    if (peek().text === '(') throw malformed(`functions are not understood by the sandbox: ${field}`);
    if (takeIf('IN')) return { kind: 'in', field, not: false, literals: listOfLiterals() };
    if (takeIf('NOT')) {
      take('word', 'IN');
      return { kind: 'in', field, not: true, literals: listOfLiterals() };
    }
    if (takeIf('LIKE')) return { kind: 'compare', field, operator: 'LIKE', literal: literal() };
    const operator = peek().kind === 'sign' ? COMPARISONS[peek().text] : undefined;
    if (operator === undefined) throw unexpected();
    rest.shift();
    return { kind: 'compare', field, operator, literal: literal() };
  }
  /** AND and OR side by side need parentheses, as in Salesforce. */
  function condition(): Condition {
    const parts = [comparison()];
    const word = isWord('AND') ? 'AND' : 'OR';
    while (takeIf(word)) parts.push(comparison());
    if (isWord('AND') || isWord('OR')) throw unexpected();
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: word === 'AND' ? 'and' : 'or', parts };
  }
  function selected(): string[] | null {
    const names: string[] = [];
    do {
      if (peek().text === '(') throw malformed('subqueries are not understood by the sandbox');
      const name = take('word');
      if (!sign('(')) {
        names.push(name);
        continue;
      }
      if (name.toUpperCase() !== 'COUNT' || names.length > 0) {
        throw malformed(`functions are not understood by the sandbox: ${name}`);
      }
      take('sign', ')');
      return null;
    } while (sign(','));
    return names;
  }
  function order(): Query['orderBy'][number] {
    const field = take('word');
    const descending = takeIf('DESC') || (takeIf('ASC') && false);
    if (!takeIf('NULLS')) return { field, descending, nullsLast: false };
    const nullsLast = takeIf('LAST');
    if (!nullsLast) take('word', 'FIRST');
    return { field, descending, nullsLast };
  }

  take('word', 'SELECT');
  const query: Query = { fields: selected(), object: '', where: null, orderBy: [], limit: null, offset: 0 };
  take('word', 'FROM');
  query.object = take('word');
  if (takeIf('WHERE')) query.where = condition();
  if (takeIf('ORDER')) {
    take('word', 'BY');
    do query.orderBy.push(order());
    while (sign(','));
  }
  if (takeIf('LIMIT')) query.limit = Number(take('number'));
  if (takeIf('OFFSET')) query.offset = Number(take('number'));
  if (peek().kind !== 'end') throw unexpected();
  return query;
}
