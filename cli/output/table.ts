import Table from 'cli-table3';
import { createColors } from 'picocolors';
import type { Cli } from '../cli.ts';

export interface Column<Row> {
  head: string;
  /** Null is shown as a dash. */
  of: (row: Row) => string | number | null;
  align?: 'right';
}

const NO_LINES = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((part) => [part, '']),
);

/** A table without lines, or a sentence where there is nothing to show. */
export function printTable<Row>(cli: Cli, rows: Row[], columns: Column<Row>[], none: string): void {
  if (rows.length === 0) {
    cli.out(none);
    return;
  }
  const paint = createColors(cli.color.out);
  const table = new Table({
    head: columns.map((column) => paint.bold(column.head)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: { ...NO_LINES, middle: '  ' },
    // The package's own colours follow no NO_COLOR of ours.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(columns.map((column) => String(column.of(row) ?? '–')));
  for (const line of table.toString().split('\n')) cli.out(line.trimEnd());
}
