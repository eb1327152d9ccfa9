import { readNdjson } from '../frame/ndjson.ts';
import type { TruthRow } from './types.ts';

/** The rows of a truth file that the judge uses. */
export async function readTruth(file: string): Promise<TruthRow[]> {
  const rows: TruthRow[] = [];
  for await (const value of readNdjson(file)) {
    // Rows are the generator's own; their shape is described in bench/worlds/README.md.
    const row = value as TruthRow;
    if ('episode' in row || 'context' in row) rows.push(row);
  }
  return rows;
}
