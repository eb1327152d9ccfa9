import type { Cents, Subscription } from '../domain/model.ts';

type Seen = Omit<Subscription, 'version' | 'changedAt'>;

/** An item of a live subscription at the vendor whose price config does not name. */
export interface Unnamed {
  /** The vendor's; our rows of it have this id, or this id, a colon and the item's. */
  subscriptionId: string;
  itemId: string;
  /** The row with the vendor's id has them, where the picture shows one: the item may be an add-on. */
  mrrCents: Cents;
}

/**
 * An item that had a name when we saw it last was a plan, and is still paid for: its row stays as it is until the price is
 * named again, so that a slip in config is neither a cancellation nor, once mended, an upgrade.
 * @returns the picture's rows, with the ids and the sums that are theirs beside the rows that stay (`kept`)
 */
export function besideUnnamed(
  stored: Subscription[],
  { subscriptions, unnamed }: { subscriptions: Seen[]; unnamed: Unnamed[] },
): { seen: Seen[]; kept: Subscription[] } {
  const seen = new Map(subscriptions.map((s) => [s.id, s]));
  const kept: Subscription[] = [];
  for (const [vendorId, items] of Map.groupBy(unnamed, (item) => item.subscriptionId)) {
    const isOfIt = ({ id }: Seen) => id === vendorId || id.startsWith(`${vendorId}:`);
    const named = subscriptions.filter(isOfIt);
    const staying = stored.filter((row) => {
      if (!isOfIt(row) || row.status === 'cancelled') return false;
      // Nothing of it has a name: which of its items is which does not matter.
      if (named.length === 0) return true;
      // The product that goes on under a name has moved to another item; what it left is an add-on.
      return items.some(({ itemId }) => itemId === row.itemId) && !named.some(({ product }) => product === row.product);
    });
    kept.push(...staying);
    const first = seen.get(vendorId);
    if (!first || staying.length === 0) continue;
    // The picture gives the vendor's id to the first item that has a name: it may be the id of a row that stays, and has
    // the add-ons.
    const isTaken = staying.some(({ id }) => id === vendorId);
    const counted = items.filter(({ itemId }) => isTaken || staying.some((row) => row.itemId === itemId));
    const mrrCents = first.mrrCents - counted.reduce((sum, item) => sum + item.mrrCents, 0);
    seen.set(vendorId, { ...first, mrrCents, id: isTaken ? `${vendorId}:${first.itemId}` : vendorId });
  }
  return { seen: [...seen.values()], kept };
}
