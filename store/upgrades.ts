import { and, desc, eq, gt, gte, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm';
import type { CreditDecision } from '../domain/attribution/types.ts';
import type { Credit, Iso, Unattributed, Upgrade } from '../domain/model.ts';
import { wakeRunning } from './journeys.ts';
import { attribution, invoiceOverdue, subscription, upgrade } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Keeps an upgrade or a contraction, once per subscription and version, and wakes the account's journeys. @returns false when it is there already */
export async function insertUpgrade(tx: Tx, input: Upgrade & { unchangedAt?: Iso | null }): Promise<boolean> {
  const inserted = await tx.insert(upgrade).values(input).onConflictDoNothing().returning();
  if (inserted.length > 0) await wakeRunning(tx, [input.account], input.at);
  return inserted.length > 0;
}

/** Writes down who gets the credit; the rows of an upgrade sum to its ACV. */
export async function saveCredits(tx: Tx, decision: CreditDecision, at: Iso): Promise<void> {
  const rest = decision.kind === 'credited' ? decision.rest : decision.row;
  const rows: Omit<typeof attribution.$inferInsert, 'id'>[] = decision.kind === 'credited' ? [...decision.credits] : [];
  if (rest) rows.push({ ...rest, triggerEventId: null, trigger: null, touches: 0, accountManager: null, at });
  await tx.insert(attribution).values(rows);
}

/**
 * Our record of an upgrade is taken back, as when its invoice stays unpaid: every credit gets a row that cancels it.
 * @returns false when there is none, or it was taken back before
 */
export async function takeBackUpgrade(tx: Tx, id: string, input: { reason: string; now: Iso }): Promise<boolean> {
  const { reason, now } = input;
  const [taken] = await tx
    .update(upgrade)
    .set({ takenBackAt: now, takenBackReason: reason })
    .where(and(eq(upgrade.id, id), isNull(upgrade.takenBackAt)))
    .returning();
  if (!taken) return false;
  // An upgrade keeps prompts away for a while: this one no longer does.
  await wakeRunning(tx, [taken.account], now);
  const rows = await tx.select().from(attribution).where(eq(attribution.upgradeId, id));
  const inverse = rows.map(({ id: _, ...row }) => ({
    ...row,
    acvCents: -row.acvCents,
    reason: `taken back: ${reason}`,
    at: now,
  }));
  if (inverse.length > 0) await tx.insert(attribution).values(inverse);
  return true;
}

export type UpgradeRow = typeof upgrade.$inferSelect;

export async function findUpgrade(tx: Tx, by: { subscriptionId: string; version: number }): Promise<UpgradeRow | null> {
  const [row] = await tx
    .select()
    .from(upgrade)
    .where(and(eq(upgrade.subscriptionId, by.subscriptionId), eq(upgrade.version, by.version)));
  return row ?? null;
}

/** Of one subscription, up to a version, the newest first. */
export async function upgradesUpTo(
  tx: Tx,
  { subscriptionId, version }: { subscriptionId: string; version: number },
): Promise<UpgradeRow[]> {
  return tx
    .select()
    .from(upgrade)
    .where(and(eq(upgrade.subscriptionId, subscriptionId), lte(upgrade.version, version)))
    .orderBy(desc(upgrade.version));
}

export interface UnpaidUpgrade {
  upgrade: UpgradeRow;
  /** Overdue, each made by a change of this upgrade's subscription. */
  invoices: { id: string; issuedAt: Iso; dueAt: Iso }[];
  subscriptionEnded: boolean;
}

/** Upgrades that stand while an invoice for a change of their subscription is overdue. @param account null: everybody's */
export async function listUnpaidUpgrades(tx: Tx, account: string | null): Promise<UnpaidUpgrade[]> {
  const rows = await tx
    .select({ upgrade, invoice: invoiceOverdue, status: subscription.status })
    .from(upgrade)
    .innerJoin(
      invoiceOverdue,
      and(
        eq(invoiceOverdue.account, upgrade.account),
        isNotNull(invoiceOverdue.changeIssuedAt),
        // One of the vendor's subscriptions is several of ours where it pays for several products.
        sql`(${upgrade.subscriptionId} = ${invoiceOverdue.subscriptionId}
          or starts_with(${upgrade.subscriptionId}, ${invoiceOverdue.subscriptionId} || ':'))`,
      ),
    )
    .leftJoin(subscription, eq(subscription.id, upgrade.subscriptionId))
    .where(
      and(
        isNull(upgrade.takenBackAt),
        gt(upgrade.acvCents, 0),
        account === null ? undefined : eq(upgrade.account, account),
      ),
    )
    .orderBy(upgrade.at, upgrade.id);
  return [...Map.groupBy(rows, (row) => row.upgrade.id).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const invoices = group.flatMap(({ invoice: { id, dueAt, changeIssuedAt } }) =>
      changeIssuedAt === null ? [] : [{ id, dueAt, issuedAt: changeIssuedAt }],
    );
    const subscriptionEnded = first.status === null || first.status === 'cancelled';
    return [{ upgrade: first.upgrade, invoices, subscriptionEnded }];
  });
}

/** Newest first. @param filter `before`: time of the last one seen */
export async function listUpgrades(
  tx: Tx,
  filter: { account?: string; before?: Iso; limit?: number } = {},
): Promise<UpgradeRow[]> {
  return tx
    .select()
    .from(upgrade)
    .where(
      and(
        filter.account === undefined ? undefined : eq(upgrade.account, filter.account),
        filter.before === undefined ? undefined : lt(upgrade.at, filter.before),
      ),
    )
    .orderBy(desc(upgrade.at), upgrade.id)
    .limit(filter.limit ?? 100);
}

/** Earlier credits of an account's product, oldest first, those taken back included with their counter-rows. */
export async function readCredits(tx: Tx, input: { account: string; product: string; since: Iso }): Promise<Credit[]> {
  const rows = await tx
    .select()
    .from(attribution)
    .where(
      and(
        eq(attribution.account, input.account),
        eq(attribution.product, input.product),
        gte(attribution.at, input.since),
        isNotNull(attribution.triggerEventId),
      ),
    )
    .orderBy(attribution.at, attribution.id);
  return rows.flatMap(({ id: _, triggerEventId, trigger, ...row }) =>
    triggerEventId === null || trigger === null ? [] : [{ ...row, triggerEventId, trigger }],
  );
}

/** Credits and unattributed rows of everything, oldest first: they sum to the expansion ACV. */
export async function listAttribution(tx: Tx): Promise<{ credits: Credit[]; unattributed: Unattributed[] }> {
  const rows = await tx.select().from(attribution).orderBy(attribution.at, attribution.id);
  const credits: Credit[] = [];
  const unattributed: Unattributed[] = [];
  for (const { id: _, triggerEventId, trigger, ...row } of rows) {
    if (triggerEventId !== null && trigger !== null) credits.push({ ...row, triggerEventId, trigger });
    else
      unattributed.push({
        upgradeId: row.upgradeId,
        account: row.account,
        product: row.product,
        acvCents: row.acvCents,
        reason: row.reason,
      });
  }
  return { credits, unattributed };
}
