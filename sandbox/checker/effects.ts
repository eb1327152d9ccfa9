import type { LedgerEntry } from '../frame/types.ts';
import { field } from './entry-field.ts';
import type { AccountFacts } from './world-facts.ts';

/** One contact with a customer's person, as it was visible to them. */
export interface VisibleTouch {
  /** When it could be seen. */
  at: number;
  /** When the hub let it go: a prompt waits in the product until its user comes. */
  sentAt: number;
  account: string;
  person: string;
  channel: 'email' | 'in_app';
  /** `perhaps`: by a reply, of which the hub may never hear. */
  answered: 'no' | 'perhaps' | 'yes';
  entry: LedgerEntry;
}

const VISIBLE = new Set<LedgerEntry['kind']>(['mail', 'prompt_shown', 'chat_message', 'task_created']);
/** Acts by which a person shows that a message meant something to them. Opening a mail does not. */
const ANSWERS = new Set(['clicked', 'in_app_clicked']);

/** A prompt to buy, unlike service mail (trial notices, onboarding), says how to be rid of it. */
export function isTouch(entry: LedgerEntry): boolean {
  if (entry.kind === 'prompt_shown') return field(entry, 'category') !== 'service';
  if (entry.kind !== 'mail') return false;
  return field(entry, 'category') !== 'service';
}

/** Effects by which an episode counts as answered. */
export const isVisibleAnswer = (entry: LedgerEntry): boolean =>
  VISIBLE.has(entry.kind) && (entry.kind !== 'mail' || isTouch(entry));

export function readTouches(ledger: readonly LedgerEntry[], facts: Map<string, AccountFacts>): VisibleTouch[] {
  const answers = new Map<string, 'perhaps' | 'yes'>();
  for (const { kind, act = '', account, key } of ledger) {
    const about = `${account}/${key ?? ''}`;
    if (kind === 'act' && ANSWERS.has(act)) answers.set(about, 'yes');
    else if (kind === 'act' && act === 'replied' && !answers.has(about)) answers.set(about, 'perhaps');
  }
  const touches: VisibleTouch[] = [];
  for (const entry of ledger) {
    if (!isTouch(entry) || entry.account === null) continue;
    const at = Date.parse(entry.at);
    const createdAt = field(entry, 'createdAt');
    const to = (entry.to ?? '').toLowerCase();
    const people = facts.get(entry.account);
    const index = people ? people.userIds.indexOf(entry.to ?? '') : -1;
    touches.push({
      at,
      sentAt: createdAt === null ? at : Date.parse(createdAt),
      account: entry.account,
      person: people?.emails[index] ?? to,
      channel: entry.kind === 'mail' ? 'email' : 'in_app',
      answered: answers.get(`${entry.account}/${entry.key ?? ''}`) ?? 'no',
      entry,
    });
  }
  return touches.sort((a, b) => a.sentAt - b.sentAt);
}
