/** What became of one fault on one operation. */
export type Cell =
  | { state: 'passed' }
  | { state: 'failed'; reason: string; advice: string }
  | { state: 'not_applicable'; reason: string };

export interface Row {
  operation: string;
  /** Absent for reads and webhooks. */
  idempotency?: string;
  cells: Record<string, Cell>;
}

export interface Score {
  connector: string;
  writes: Row[];
  reads: Row[];
  webhooks: Row[];
}

export function cellsOf({ writes, reads, webhooks }: Score): Cell[] {
  return [...writes, ...reads, ...webhooks].flatMap(({ cells }) => Object.values(cells));
}

export function countOf(score: Score): { passed: number; applicable: number } {
  const applicable = cellsOf(score).filter(({ state }) => state !== 'not_applicable');
  return { passed: applicable.filter(({ state }) => state === 'passed').length, applicable: applicable.length };
}
