import type { Arbitrate, CandidateEvent } from './types.ts';

/**
 * Which play an account and product gets. A higher play in `play_order` supersedes the running one, an equal one is told
 * in the same message, a lower one is folded.
 */
export const arbitrate: Arbitrate = (running, events, playOrder) => {
  const rank = (play: string) => {
    const place = playOrder.indexOf(play);
    return place === -1 ? playOrder.length : place;
  };
  const sorted = events.toSorted((a, b) => rank(a.play) - rank(b.play) || compare(a, b));
  const best = sorted[0];
  const takesOver = best !== undefined && (running === null || rank(best.play) < rank(running.play));
  const play = takesOver ? best.play : (running?.play ?? '');
  const others = takesOver ? sorted.slice(1) : sorted;
  return {
    lead: takesOver ? best.id : null,
    play,
    supersede: takesOver && running !== null,
    merge: others.filter((event) => event.play === play).map((event) => event.id),
    fold: others
      .filter((event) => event.play !== play)
      .map((event) => ({ id: event.id, reason: `the play ${play} stands above ${event.play} and covers it` })),
  };
};

/** The fullest meter leads; among equals the first to come. */
function compare(a: CandidateEvent, b: CandidateEvent): number {
  const fuller = (b.utilization ?? 0) - (a.utilization ?? 0);
  if (fuller !== 0) return fuller;
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
