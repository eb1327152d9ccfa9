import { and, desc, eq, getTableColumns, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { EffectPhase, Iso, Json } from '../../domain/model.ts';
import { effect, touch } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import type { Vault } from '../vault.ts';

const { payload: _sealed, ...view } = getTableColumns(effect);
/** The columns of a view: whoever does not send has no use for the sealed bytes. */
export const VIEW = view;

export type EffectRow = typeof effect.$inferSelect;
/** An effect without its sealed bytes. */
export type EffectView = Omit<EffectRow, 'payload'>;

/** An effect with the vendor's request as it was rendered at the claim. */
export interface OpenEffect {
  effect: EffectView;
  /** Null once the bytes are erased (90 days). */
  payload: Json | null;
}

export function openEffect(vault: Vault, row: EffectRow): OpenEffect {
  const { payload, ...view } = row;
  return { effect: view, payload: payload === null ? null : vault.open(payload) };
}

/** The effect of this key, if it was ever claimed. Look here before rendering: a retry sends what was stored. */
export async function readEffect(tx: Tx, vault: Vault, key: string): Promise<OpenEffect | null> {
  const [row] = await tx.select().from(effect).where(eq(effect.key, key));
  return row ? openEffect(vault, row) : null;
}

export interface EffectFilter {
  phases?: EffectPhase[];
  account?: string;
  connection?: string;
  journeyId?: string;
  offerId?: string;
  triggerEventId?: string;
  operation?: string;
  play?: string;
  /** Claimed from this moment on, and before that one. */
  since?: Iso;
  until?: Iso;
  limit?: number;
}

export function effectsOf(filter: Omit<EffectFilter, 'limit'>): SQL | undefined {
  return and(
    filter.phases && inArray(effect.phase, filter.phases),
    filter.account === undefined ? undefined : eq(effect.account, filter.account),
    filter.connection === undefined ? undefined : eq(effect.connection, filter.connection),
    filter.journeyId === undefined ? undefined : eq(effect.journeyId, filter.journeyId),
    filter.offerId === undefined ? undefined : eq(effect.offerId, filter.offerId),
    filter.triggerEventId === undefined ? undefined : eq(effect.triggerEventId, filter.triggerEventId),
    filter.operation === undefined ? undefined : eq(effect.operation, filter.operation),
    filter.play === undefined ? undefined : eq(effect.play, filter.play),
    filter.since === undefined ? undefined : gte(effect.claimedAt, filter.since),
    filter.until === undefined ? undefined : lt(effect.claimedAt, filter.until),
  );
}

/** Newest first. */
export async function listEffects(tx: Tx, filter: EffectFilter): Promise<EffectView[]> {
  return tx
    .select(VIEW)
    .from(effect)
    .where(effectsOf(filter))
    .orderBy(desc(effect.claimedAt), effect.key)
    .limit(filter.limit ?? 200);
}

/** Oldest first. */
export async function effectKeys(tx: Tx, filter: Omit<EffectFilter, 'limit'>, limit: number): Promise<string[]> {
  const rows = await tx
    .select({ key: effect.key })
    .from(effect)
    .where(effectsOf(filter))
    .orderBy(effect.claimedAt, effect.key)
    .limit(limit);
  return rows.map((row) => row.key);
}

export function listUnclear(tx: Tx, limit = 200): Promise<EffectView[]> {
  return listEffects(tx, { phases: ['unclear'], limit });
}

/** Effects in doubt of these kinds. Keys, who was looked at longest ago first: all get their turn. */
export async function listSettleable(
  tx: Tx,
  kinds: { connection: string; operation: string }[],
  limit = 200,
): Promise<string[]> {
  if (kinds.length === 0) return [];
  const rows = await tx
    .select({ key: effect.key })
    .from(effect)
    .where(
      and(
        eq(effect.phase, 'unclear'),
        or(...kinds.map((kind) => and(eq(effect.connection, kind.connection), eq(effect.operation, kind.operation)))),
      ),
    )
    .orderBy(effect.wireUpdatedAt, effect.key)
    .limit(limit);
  return rows.map((row) => row.key);
}

/** Effects that nobody has moved for a while after their first byte: their process may be gone. Keys, oldest first. */
export async function listStalled(tx: Tx, wireBefore: number, limit = 200): Promise<string[]> {
  const rows = await tx
    .select({ key: effect.key })
    .from(effect)
    .where(and(eq(effect.phase, 'sending'), sql`${effect.wireUpdatedAt} < ${wireBefore}`))
    .orderBy(effect.wireUpdatedAt)
    .limit(limit);
  return rows.map((row) => row.key);
}

/** The row, locked until the end of the transaction. */
export async function lockEffect(tx: Tx, key: string): Promise<EffectRow> {
  const [row] = await tx.select().from(effect).where(eq(effect.key, key)).for('no key update');
  if (!row) throw new Error(`no effect ${key}`);
  return row;
}

/** Gives the slot of a touch back: caps no longer count it. */
export async function releaseTouch(tx: Tx, effectKey: string, reason: string): Promise<void> {
  await tx.update(touch).set({ state: 'released', releasedReason: reason }).where(eq(touch.effectKey, effectKey));
}

/** Erases stored requests of finished effects claimed before this; what happened stays on record. @returns how many */
export async function eraseOldPayloads(tx: Tx, before: Iso): Promise<number> {
  const result = await tx
    .update(effect)
    .set({ payload: null })
    .where(
      and(
        sql`${effect.payload} is not null`,
        sql`${effect.claimedAt} < ${before}`,
        inArray(effect.phase, ['confirmed', 'refused', 'withdrawn']),
      ),
    );
  return result.rowCount ?? 0;
}
