/** Queries in SOQL: what goes into their text, and all pages of what comes back. */
import type { Iso } from '../../domain/model.ts';
import { InvalidInputError, TransientError } from '../kit/errors.ts';
import type { Call } from '../kit/operation.ts';
import { paginate } from '../kit/paginate.ts';
import type { SalesforceClient } from './client.ts';
import { manifest } from './manifest.ts';
import { queryPage, type Row } from './schemas.ts';

/** Ids in one list: a query travels in the address, which may have 16,384 characters, and an id takes 27 of them. */
export const IDS_AT_ONCE = 300;

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
export const quoted = (text: string): string => `'${text.replace(/[\\'"\n\r\t\b\f]/g, (one) => ESCAPES[one] ?? one)}'`;

export const listOf = (texts: readonly string[]): string => `(${texts.map(quoted).join(',')})`;

export const isRecordId = (id: string): boolean => /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(id);

/** Ids stand in queries and paths, so that nothing else may pass for one. */
export function recordId(id: string): string {
  if (isRecordId(id)) return toLongId(id);
  throw new InvalidInputError(`${JSON.stringify(id)} is no id of a Salesforce record`, {
    connector: manifest.name,
    operation: 'look up',
  });
}

/**
 * 15 characters of which case matters, or 18 of which it does not, name one record; answers have 18.
 * https://help.salesforce.com/s/articleView?id=000385008
 */
function toLongId(id: string): string {
  if (id.length === 18) return id;
  const suffix = [0, 5, 10].map((start) => {
    const bits = [0, 1, 2, 3, 4].filter((n) => /[A-Z]/.test(id.charAt(start + n))).reduce((sum, n) => sum + 2 ** n, 0);
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'.charAt(bits);
  });
  return id + suffix.join('');
}

export const idList = (ids: readonly string[]): string => listOf(ids.map(recordId));

/** A moment is a literal without quotes. */
export const moment = (at: Iso): string => new Date(at).toISOString();

/**
 * Every row of a query, page after page of at most 2,000 by its locator. A read that comes to another number of rows
 * than Salesforce counted is no whole answer.
 * @param deleted also what lies in the recycle bin, and archived activities
 */
export async function query(
  client: SalesforceClient,
  operation: string,
  soql: string,
  call: Call,
  deleted = false,
): Promise<Row[]> {
  const origin = { connector: manifest.name, operation };
  let total = 0;
  const pages = paginate<Row[], string>(origin, async (next) => {
    const first = { path: deleted ? '/queryAll' : '/query', query: { q: soql } };
    const request = {
      operation,
      method: 'GET' as const,
      ...(next === null ? first : { path: next }),
      reply: queryPage,
    };
    const page = await client.read(request, call);
    total = page.totalSize;
    return { items: page.records, next: page.done ? null : nextOf(page.nextRecordsUrl, operation) };
  });
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  if (rows.length < total)
    throw new TransientError(`Salesforce answered ${operation} with ${rows.length} of ${total} rows`, origin);
  return rows;
}

function nextOf(url: string | undefined, operation: string): string {
  if (url?.startsWith('/services/data/')) return url;
  throw new TransientError('Salesforce says that there is more, and not where', {
    connector: manifest.name,
    operation,
  });
}

/** Field values by name, whatever its case. */
export const textOf = (row: Row, field: string | undefined): string | null => {
  const value = field === undefined ? null : row.get(field.toLowerCase());
  if (typeof value === 'string') return value.trim() || null;
  return typeof value === 'number' ? String(value) : null;
};
export const numberOf = (row: Row, field: string | undefined): number | null => {
  const text = textOf(row, field);
  const number = text === null ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
};
export const isTrue = (row: Row, field: string | undefined): boolean =>
  field !== undefined && row.get(field.toLowerCase()) === true;

/** Date-times come as `2026-03-20T10:00:00.000+0000`. */
export function isoOf(row: Row, field: string): Iso | null {
  const ms = Date.parse(textOf(row, field) ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
