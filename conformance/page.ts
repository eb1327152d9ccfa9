import type { Row, Score } from './cell.ts';
import { countOf } from './cell.ts';
import { READS, type Told, WEBHOOKS, WRITES } from './faults.ts';

/** The scores as Markdown, for docs/connectors.md: which cells passed, and why others cannot be. */
export function scoresPage(scores: Score[], table: (head: string[], rows: string[][]) => string): string {
  const all = scores.map(countOf);
  const passed = all.reduce((sum, one) => sum + one.passed, 0);
  const applicable = all.reduce((sum, one) => sum + one.applicable, 0);
  const parts = [
    `${passed} of ${applicable} applicable cells pass. ✓ passed · ✗ failed · – cannot be; the reason stands below.`,
  ];
  const notes: string[] = [];
  const grid = (title: string, faults: Record<string, Told>, rows: [string, Row][]) => {
    const head = [
      'operation',
      'idempotency',
      ...(rows.length > 0 ? Object.values(faults).map((told) => told.title) : []),
    ];
    const plain = rows.every(([, row]) => row.idempotency === undefined);
    const lines = rows.map(([connector, row]) => {
      const cells = Object.keys(faults).map((fault) => mark(connector, row, fault, notes));
      return [`\`${connector}\` ${row.operation}`, ...(plain ? [] : [row.idempotency ?? '']), ...cells];
    });
    parts.push(`### ${title}`, table(plain ? head.filter((one) => one !== 'idempotency') : head, lines));
  };
  const rowsOf = (pick: (score: Score) => Row[]) =>
    scores.flatMap((score) => pick(score).map((row): [string, Row] => [score.connector, row]));
  grid(
    'Writes',
    WRITES,
    rowsOf((score) => score.writes),
  );
  grid(
    'Reads',
    READS,
    rowsOf((score) => score.reads),
  );
  grid(
    'Webhooks',
    WEBHOOKS,
    rowsOf((score) => score.webhooks),
  );
  parts.push('Cells that cannot be:', notes.map((reason, i) => `${i + 1}. ${reason}`).join('\n'));
  return parts.join('\n\n');
}

/** A cell that cannot be points at its reason; many share one. */
function mark(connector: string, row: Row, fault: string, notes: string[]): string {
  const cell = row.cells[fault];
  if (cell?.state === 'passed') return '✓';
  if (cell?.state !== 'not_applicable') return '✗';
  const note = `\`${connector}\`: ${cell.reason}`;
  if (!notes.includes(note)) notes.push(note);
  return `–\u2009${notes.indexOf(note) + 1}`;
}
