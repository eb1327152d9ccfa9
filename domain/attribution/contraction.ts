import type { Credit } from '../model.ts';
import { msBetween } from '../time.ts';
import type { CreditContraction } from './types.ts';

/**
 * A contraction soon after an upgrade takes credit back, the newest upgrade's first, as negative rows; never more than
 * that upgrade still holds. What is left over lies outside the window, or came by itself, and is unattributed.
 */
export const creditContraction: CreditContraction = ({ contraction, earlier, config }) => {
  let left = -contraction.acvCents;
  const credits: Credit[] = [];
  for (const held of stillHeld(earlier)) {
    if (left <= 0) break;
    if (held.credit.at > contraction.at || msBetween(held.credit.at, contraction.at) > config.contraction) continue;
    const taken = Math.min(left, held.cents);
    if (taken <= 0) continue;
    left -= taken;
    credits.push({
      ...held.credit,
      acvCents: -taken,
      at: contraction.at,
      reason: `taken back: the price fell on ${contraction.at.slice(0, 10)}, within the time in which an upgrade must last`,
    });
  }
  const { id, account, product } = contraction;
  const reason = 'more than what upgrades shortly before it had earned';
  const row = { upgradeId: id, account, product, acvCents: -left, reason };
  if (credits.length === 0) return { kind: 'unattributed', row };
  return { kind: 'credited', credits, rest: left > 0 ? row : null };
};

/** Per upgrade and trigger event what its credits and earlier withdrawals sum to, newest upgrade first. */
function stillHeld(earlier: Credit[]): { credit: Credit; cents: number }[] {
  const sums = new Map<string, { credit: Credit; cents: number }>();
  for (const credit of earlier) {
    const key = `${credit.upgradeId}/${credit.triggerEventId}`;
    const before = sums.get(key);
    const credited = before === undefined || credit.acvCents > 0 ? credit : before.credit;
    sums.set(key, { credit: credited, cents: (before?.cents ?? 0) + credit.acvCents });
  }
  return [...sums.values()].sort((a, b) => (a.credit.at < b.credit.at ? 1 : -1));
}
