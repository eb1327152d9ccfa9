import pc from 'picocolors';
import type { FeedItem, HubClient } from './hub-client.ts';

const DAY_MS = 86_400_000;
/** Feed entries that would only repeat what another entry says better. */
const QUIET_KINDS = new Set(['send', 'shadow']);

const SIGN: Record<string, string> = {
  trigger: '●',
  effect: '→',
  wait: '‖',
  suppress: '×',
  withdraw: '↩',
  refuse: '×',
  trial: '◆',
  upgrade: '▲',
};

function paint(kind: string): (text: string) => string {
  if (kind === 'upgrade') return pc.green;
  if (kind === 'trial') return pc.magenta;
  if (kind === 'trigger') return pc.yellow;
  return kind === 'effect' ? pc.cyan : pc.dim;
}

/** One line of the story: day, account, what happened, why, what was sent. */
export function storyLine(item: FeedItem, startMs: number): string {
  const day = Math.max(1, Math.floor((Date.parse(item.at) - startMs) / DAY_MS) + 1);
  const parts = [item.what, item.why, item.sent].filter((part): part is string => part !== null && part !== '');
  const who = `${item.accountName}${item.product === null ? '' : ` · ${item.product}`}`;
  return `${pc.dim(`day ${String(day).padStart(2)}`)}  ${paint(item.kind)(SIGN[item.kind] ?? '·')} ${pc.bold(who.padEnd(34).slice(0, 34))} ${parts.join(' — ')}`;
}

/** Follows the hub's feed and prints it. A hub that is away (killed on purpose) is waited for. */
export class Story {
  #after: string | null = null;
  readonly #startMs: number;
  readonly #print: (line: string) => void;
  #last = new Map<string, string>();

  constructor(start: string, print: (line: string) => void) {
    this.#startMs = Date.parse(start);
    this.#print = print;
  }

  async follow(hub: HubClient): Promise<void> {
    for (;;) {
      const page = await hub.feed(this.#after).catch(() => null);
      if (page === null) return;
      for (const item of page.items) this.#tell(item);
      this.#after = page.next ?? this.#after;
      if (page.items.length < 200) return;
    }
  }

  #tell(item: FeedItem): void {
    if (QUIET_KINDS.has(item.kind)) return;
    // A message that waits is asked again and again: the first answer of a kind is news, its repetition is not.
    const about = `${item.account}/${item.product}/${item.kind}`;
    const news = `${item.what}/${item.why}`;
    if (item.kind === 'wait' && this.#last.get(about) === news) return;
    this.#last.set(about, news);
    this.#print(storyLine(item, this.#startMs));
  }
}
