import type { LedgerEntry } from '../frame/types.ts';
import { field } from './entry-field.ts';
import type { Duplicate } from './types.ts';

const HOUR = 3_600_000;
/** Things that may be there once per key; an update of a message is no second message. */
const ONCE = new Set<LedgerEntry['kind']>([
  'mail',
  'chat_message',
  'task_created',
  'prompt_shown',
  'subscription_created',
]);

/** The same thing visible twice: by the hub's own key, or, for mails, by what the reader sees. */
export function findDuplicates(ledger: readonly LedgerEntry[]): Duplicate[] {
  const byKey = new Map<string, LedgerEntry[]>();
  const recentMails = new Map<string, LedgerEntry>();
  for (const entry of ledger) {
    if (!ONCE.has(entry.kind)) continue;
    // A trial is known by its offer: a second call would carry another key.
    const key = field(entry, 'offerId') ?? entry.key;
    if (key) push(byKey, `${entry.vendor} ${entry.kind} ${key} to ${entry.to ?? '-'}`, entry);
    if (entry.kind !== 'mail') continue;
    const looks = `mail "${entry.summary}" to ${entry.to}`;
    const before = recentMails.get(looks);
    const other = before !== undefined && (entry.key ?? '') !== (before.key ?? '');
    if (other && Date.parse(entry.at) - Date.parse(before.at) < HOUR) push(byKey, looks, before, entry);
    recentMails.set(looks, entry);
  }
  return [...byKey]
    .filter(([, entries]) => entries.length > 1)
    .map(([key, entries]) => ({
      key,
      entries: entries.map(({ at, vendor, id, summary }) => ({ at, vendor, id, summary })),
    }));
}

function push(map: Map<string, LedgerEntry[]>, key: string, ...entries: LedgerEntry[]): void {
  const list = map.get(key) ?? [];
  map.set(key, list);
  for (const entry of entries) if (!list.includes(entry)) list.push(entry);
}
