import { type LineFile, openLineFile } from './line-file.ts';
import type { LedgerEntry } from './types.ts';

/** Everything that people could see, and what the hub was told; append only, in memory and in a file. */
export interface Ledger {
  entries: readonly LedgerEntry[];
  append: (entry: LedgerEntry) => void;
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

export function createLedger(file: string | null): Ledger {
  const entries: LedgerEntry[] = [];
  const lines: LineFile = openLineFile(file);
  const told = new Map<string, string>();
  return {
    entries,
    append: (entry) => {
      if (entry.kind === 'fact_told' && entry.fact) {
        // The hub reads the same facts again and again: only what is news to it counts, and memory stays bounded.
        const fact = `${entry.vendor}/${entry.account}/${entry.fact.rule}/${entry.fact.id}`;
        if (told.get(fact) === entry.fact.state) return;
        told.set(fact, entry.fact.state);
      }
      entries.push(entry);
      lines.write(entry);
    },
    flush: lines.flush,
    close: lines.close,
  };
}
