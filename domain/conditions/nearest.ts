/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  const width = to.length + 1;
  const cost = new Array<number>((from.length + 1) * width).fill(0);
  const at = (i: number, j: number) => cost[i * width + j] ?? 0;
  for (let i = 0; i <= from.length; i++) {
    for (let j = 0; j <= to.length; j++) {
      if (i === 0 || j === 0) {
        cost[i * width + j] = i + j;
        continue;
      }
      const same = from[i - 1] === to[j - 1];
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, at(i - 2, j - 2) + 1);
      cost[i * width + j] = best;
    }
  }
  return at(from.length, to.length);
}

/** The candidate most like the word, or null when none is like it: a far guess misleads more than it helps. */
export function nearestName(word: string, candidates: Iterable<string>): string | null {
  // Longer words are not typing mistakes, and the distance costs length × length.
  if (word.length > 80) return null;
  const wanted = word.toLowerCase();
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (best === null || distance < best.distance) best = { name, distance };
  }
  if (best === null) return null;
  const tolerance = Math.max(1, Math.floor(Math.max(word.length, best.name.length) * 0.4));
  return best.distance <= tolerance ? best.name : null;
}
