/** What became visible outside, as the vendors' ledger tells it. */
import type { LedgerEntry } from '../../sandbox/frame/types.ts';
import type { TestHub } from './hub.ts';

type Watched = Pick<TestHub, 'sandbox'>;

export function seen({ sandbox }: Watched, kind: LedgerEntry['kind'], account: string): LedgerEntry[] {
  return sandbox.frame.ledger.entries.filter((entry) => entry.kind === kind && entry.account === account);
}

/** Subjects of the mails that arrived, in order. */
export function mails(hub: Watched, account: string): string[] {
  return seen(hub, 'mail', account).map(({ summary }) => summary);
}

/** The button of the latest mail that has one: a tracked link. */
export function upgradeLink(hub: Watched, account: string): string | null {
  const links = seen(hub, 'mail', account).flatMap(({ data }) => (isLinked(data) ? data.links : []));
  return links.findLast((link) => URL.canParse(link) && new URL(link).pathname.startsWith('/t/')) ?? null;
}

function isLinked(data: unknown): data is { links: string[] } {
  return typeof data === 'object' && data !== null && 'links' in data && Array.isArray(data.links);
}
