import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { jsonText } from './schema/columns.ts';
import type { Tx } from './transaction.ts';

const ROWS_PER_STATEMENT = 1_000;

type Row<T extends PgTable> = T['$inferInsert'];
type Property<T extends PgTable> = keyof Row<T> & string;

export interface BulkOptions<T extends PgTable> {
  /** The columns that make a row one and the same; a unique index must cover exactly these. */
  key: Property<T>[];
  /** Columns to overwrite when the row is there already; none: the stored row stays. */
  update?: Property<T>[];
  /** Overwrite only where this holds; may name the table's columns and `excluded`. */
  updateWhere?: SQL;
}

/**
 * Inserts or updates many rows, about 1,000 a statement, each statement with one JSON parameter. Rows go in sorted by
 * key, so that two writers of the same rows never wait on each other in a circle; of two rows with one key the last counts.
 * @returns the number of rows inserted or updated
 */
export async function upsertRows<T extends PgTable>(
  tx: Tx,
  table: T,
  rows: Row<T>[],
  options: BulkOptions<T>,
): Promise<number> {
  const all = Object.entries<PgColumn>(getTableColumns(table));
  // Only columns that some row sets: the others keep their default.
  const set = all.filter(([property]) => rows.some((row) => field(row, property) !== undefined));
  const nameOf = (property: string) => columnName(getColumn(all, property));
  const assignments = options.update?.map((p) => sql`${nameOf(p)} = excluded.${nameOf(p)}`) ?? [];
  const where = options.updateWhere ? sql` where ${options.updateWhere}` : sql``;
  const action = assignments.length === 0 ? sql`do nothing` : sql`do update set ${list(assignments)}${where}`;

  let written = 0;
  for (const part of chunks(sortedByKey(rows, options.key))) {
    const data = part.map((row) => Object.fromEntries(set.map(([p, column]) => [p, asJson(column, field(row, p))])));
    const result = await tx.execute(sql`
      insert into ${table} (${list(set.map(([, column]) => columnName(column)))})
      select * from ${recordset(data, set)}
      on conflict (${list(options.key.map(nameOf))}) ${action}`);
    written += result.rowCount ?? 0;
  }
  return written;
}

/** A row source with the given columns, from rows passed as one JSON parameter. */
function recordset(rows: Record<string, unknown>[], columns: [string, PgColumn][]): SQL {
  const fields = columns.map(([p, column]) => sql`${sql.identifier(p)} ${sql.raw(column.getSQLType())}`);
  return sql`json_to_recordset(${jsonText(rows)}::json) as r(${list(fields)})`;
}

export function* chunks<R>(rows: R[]): Generator<R[]> {
  for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) yield rows.slice(i, i + ROWS_PER_STATEMENT);
}

/** The parts with commas between. */
export function list(parts: SQL[] | ReturnType<typeof sql.identifier>[]): SQL {
  return sql.join(
    parts.map((part) => sql`${part}`),
    sql`, `,
  );
}

/** Bytes travel through JSON as the hex text that PostgreSQL reads. */
function asJson(column: PgColumn, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (column.getSQLType() !== 'bytea') return value;
  const bytes = column.mapToDriverValue(value);
  return Buffer.isBuffer(bytes) ? `\\x${bytes.toString('hex')}` : bytes;
}

function columnName(column: PgColumn) {
  return sql.identifier(column.keyAsName ? toSnakeCase(column.name) : column.name);
}

function getColumn(columns: [string, PgColumn][], property: string): PgColumn {
  const found = columns.find(([name]) => name === property);
  if (!found) throw new Error(`no column ${property}`);
  return found[1];
}

function field(row: object, property: string): unknown {
  return Reflect.get(row, property);
}

function sortedByKey<R extends object>(rows: R[], key: string[]): R[] {
  const byKey = new Map(rows.map((row) => [JSON.stringify(key.map((p) => field(row, p))), row]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
