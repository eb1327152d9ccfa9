import { and, asc, eq, inArray, isNotNull, notLike, or, sql } from 'drizzle-orm';
import type { KeyRing } from './keys.ts';
import { effect } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { headerOf, type Vault } from './vault.ts';

/** Payloads in the store by the key that sealed them; `unmarked`: sealed before keys had ids. */
export interface SealedCounts {
  byKey: Record<string, number>;
  unmarked: number;
}

const HEADER = headerOf('00000000').length;
const MARK = headerOf('').toString('hex');
const header = sql<string>`encode(substring(${effect.payload} from 1 for ${sql.raw(String(HEADER))}), 'hex')`;

export async function countSealed(tx: Tx): Promise<SealedCounts> {
  const rows = await tx
    .select({ header, payloads: sql<number>`count(*)::int` })
    .from(effect)
    .where(isNotNull(effect.payload))
    .groupBy(header);
  const counts: SealedCounts = { byKey: {}, unmarked: 0 };
  for (const row of rows) {
    if (row.header.startsWith(MARK)) counts.byKey[row.header.slice(MARK.length)] = row.payloads;
    else counts.unmarked += row.payloads;
  }
  return counts;
}

/**
 * Seals up to `limit` payloads anew that another key than the newest has sealed. What is being sent right now is left
 * for the next time, what nobody has the key of for ever. @returns how many; 0: none is left that could be
 */
export async function reseal(tx: Tx, vault: Vault, ring: KeyRing, limit: number): Promise<number> {
  const newest = ring.newest().id;
  const older = ring
    .all()
    .filter(({ id }) => id !== newest)
    .map(({ id }) => headerOf(id).toString('hex'));
  const rows = await tx
    .select({ key: effect.key, payload: effect.payload })
    .from(effect)
    .where(and(isNotNull(effect.payload), or(inArray(header, older), notLike(header, `${MARK}%`))))
    .orderBy(asc(effect.key))
    .limit(limit)
    .for('no key update', { skipLocked: true });
  for (const { key, payload } of rows) {
    if (payload === null) continue;
    await tx
      .update(effect)
      .set({ payload: vault.seal(vault.open(payload)) })
      .where(eq(effect.key, key));
  }
  return rows.length;
}
