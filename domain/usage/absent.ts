import type { Iso, Reading } from '../model.ts';

/**
 * Readings of 0 for the accounts that a complete read of a counter did not mention: no events means no use. An absent
 * gauge is unknown, and so is everything that a truncated read leaves out.
 */
export function zeroesForAbsent(input: {
  source: string;
  product: string;
  metric: string;
  counter: boolean;
  complete: boolean;
  /** Accounts that should have been in the read. */
  expected: Iterable<string>;
  readings: Reading[];
  observedAt: Iso;
  receivedAt: Iso;
}): Reading[] {
  if (!input.counter || !input.complete) return [];
  const present = new Set(input.readings.map((reading) => reading.account));
  return [...input.expected]
    .filter((account) => !present.has(account))
    .map((account) => ({
      source: input.source,
      account,
      product: input.product,
      metric: input.metric,
      observedAt: input.observedAt,
      receivedAt: input.receivedAt,
      used: 0,
    }));
}
