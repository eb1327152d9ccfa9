import { createHash } from 'node:crypto';
import type { TwinContext, WorldRow } from '../../../sandbox/frame/types.ts';

const DAY_MS = 86_400_000;
/** A visit looks for prompts once; the user's further clicks of that day are the same visit. */
const VISIT_MS = 20 * 3_600_000;
const ADMIN_COMES_ON = 0.6;

/**
 * Who opens the product, and when: users when the world says that they did something, and each account's admin on
 * about three weekdays in five, in the middle of the day. The same world gives the same visits.
 */
export function visits(context: TwinContext, open: (account: string, user: string) => Promise<unknown>) {
  const lastVisit = new Map<string, number>();
  const watched = new Set<string>();

  async function visit(account: string, user: string): Promise<void> {
    const key = `${account}/${user}`;
    const now = context.nowMs();
    if (now - (lastVisit.get(key) ?? Number.NEGATIVE_INFINITY) < VISIT_MS) return;
    lastVisit.set(key, now);
    await open(account, user);
  }

  function planAdmin(account: string, afterDay: number): void {
    const day = afterDay + 1;
    const chance = fraction(`${account}/${day}`);
    // 14:00 to 20:00 UTC: within working hours somewhere in most accounts' zones.
    const at = day * DAY_MS + 14 * 3_600_000 + fraction(`${account}/${day}/time`) * 6 * 3_600_000;
    context.at(new Date(at).toISOString(), async () => {
      planAdmin(account, day);
      const admin = context.directory.accounts.get(account)?.admin.id;
      const weekday = new Date(at).getUTCDay();
      if (admin !== undefined && weekday !== 0 && weekday !== 6 && chance < ADMIN_COMES_ON) await visit(account, admin);
    });
  }

  return (row: WorldRow): void => {
    const past = Date.parse(row.receivedAt) < context.nowMs() - DAY_MS;
    if (row.type === 'account' && !watched.has(row.account)) {
      watched.add(row.account);
      planAdmin(row.account, Math.floor(context.nowMs() / DAY_MS) - 1);
    }
    if (row.type === 'event' && !past && row.properties.impersonatedBy === undefined) {
      visit(row.account, row.user).catch((error: unknown) => context.log(`a visit failed: ${String(error)}`));
    }
  };
}

/** 0–1, the same for the same text. */
function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
