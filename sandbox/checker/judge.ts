import type { LedgerEntry } from '../frame/types.ts';
import { findDuplicates } from './duplicates.ts';
import { isVisibleAnswer, readTouches } from './effects.ts';
import { explain } from './explain.ts';
import { findForbidden } from './forbidden.ts';
import type { Episode, Explained, JudgeInput, Missing, Verdict } from './types.ts';
import { type AccountFacts, isEpisode, readFacts, readToldFacts, type Span } from './world-facts.ts';

const DAY = 86_400_000;
/** A moment that comes this late may still wait for its confirmation and for Monday morning when the run is cut off. */
const SETTLES_MS = 4 * DAY;

/**
 * Judges a run from the outside: from the world's labels and from what was visible at the vendors, never from what
 * the hub says about itself. A hub that sends nothing, or sends what it must not, fails.
 */
export function judge({ truth, ledger, config, until }: JudgeInput): Verdict {
  const facts = readFacts(truth, ledger);
  const touches = readTouches(ledger, facts);
  const answers = answersByAccount(ledger);
  const episodes = truth.filter(isEpisode);
  const verdict: Verdict = {
    expected: 0,
    visible: 0,
    duplicates: findDuplicates(ledger),
    missing: [],
    forbidden: findForbidden(touches, facts, readToldFacts(facts, ledger, config), config),
    explained: [],
  };
  for (const episode of episodes) {
    const account = facts.get(episode.account);
    const window = account && windowOf(episode, account, Date.parse(until));
    if (!account || !window) continue;
    verdict.expected += 1;
    const own = (answers.get(episode.account) ?? []).filter((a) => a.product == null || a.product === episode.product);
    if (own.some((answer) => within(answer, window))) {
      verdict.visible += 1;
      continue;
    }
    // An effect shortly before belongs to a journey that still ran: the new moment was folded into it.
    const merged = own.some((answer) => within(answer, { from: window.from - config.journeyMs, until: window.from }));
    const declines = episodes
      .filter(
        (other) =>
          other.kind === 'cut_after_limit' && other.account === episode.account && other.product === episode.product,
      )
      .map((other) => Date.parse(other.graceFrom));
    const reason = merged ? 'merged' : explain({ episode, window, facts: account, touches, declines, config });
    if (reason === null) verdict.missing.push(missing(episode));
    else verdict.explained.push(explained(episode, reason));
  }
  return verdict;
}

/** When an effect answers the episode; null when the episode is no longer expected. */
function windowOf(episode: Episode, facts: AccountFacts, until: number): Span | null {
  const readyAt = Date.parse(episode.readyAt);
  // After a plan was changed, the world's later labels speak of a plan that is gone.
  const changes = facts.planChanges
    .filter((change) => change.product === episode.product && !change.inLabels)
    .map((change) => change.at);
  if (changes.some((at) => at - DAY < readyAt)) return null;
  if (readyAt > until - SETTLES_MS) return null;
  const end = Math.min(Date.parse(episode.readyUntil) + DAY, until, ...changes);
  return { from: Math.min(readyAt - DAY, Date.parse(episode.graceFrom)), until: end };
}

function answersByAccount(ledger: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  const byAccount = new Map<string, LedgerEntry[]>();
  for (const entry of ledger) {
    if (entry.account === null || !isVisibleAnswer(entry)) continue;
    const list = byAccount.get(entry.account) ?? [];
    list.push(entry);
    byAccount.set(entry.account, list);
  }
  return byAccount;
}

function within(entry: LedgerEntry, span: Span): boolean {
  const at = Date.parse(entry.at);
  return span.from <= at && at <= span.until;
}

function missing({ episode, account, product, kind, metric, readyAt, readyUntil }: Episode): Missing {
  const what = metric === null ? kind : `${kind} of ${metric}`;
  return {
    episode,
    account,
    product,
    kind,
    readyAt,
    readyUntil,
    sentence: `${account} (${product}) was ready for ${what} from ${readyAt} until ${readyUntil}, and nobody saw anything`,
  };
}

function explained({ episode, account, kind }: Episode, reason: string): Explained {
  return { episode, account, kind, reason };
}
