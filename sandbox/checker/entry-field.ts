import type { LedgerEntry } from '../frame/types.ts';

/** A text field of the entry's data, such as the category of a mail. */
export function field(entry: LedgerEntry, name: string): string | null {
  const data = entry.data;
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return null;
  const value = data[name];
  return typeof value === 'string' ? value : null;
}
