/** An upgrade that was taken back for its unpaid invoice, and the payment that may still come. */
import { and, eq, gt, isNotNull, notInArray, sql } from 'drizzle-orm';
import type { Cents, Iso } from '../domain/model.ts';
import { wakeRunning } from './journeys.ts';
import { attribution, invoiceOverdue, subscription, upgrade } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import type { UpgradeRow } from './upgrades.ts';

/** One customer of a billing connection. */
export interface CustomerRef {
  connection: string;
  customerId: string;
}
export interface OwnInvoice {
  id: string;
  issuedAt: Iso;
  subscriptionId: string | null;
}

/** Upgrades of a customer that were taken back, with what their subscriptions cost now. Oldest first. */
export async function listTakenBack(
  tx: Tx,
  { connection, customerId }: CustomerRef,
): Promise<{ upgrade: UpgradeRow; presentMrrCents: Cents }[]> {
  return await tx
    .select({ upgrade, presentMrrCents: subscription.mrrCents })
    .from(upgrade)
    .innerJoin(subscription, eq(subscription.id, upgrade.subscriptionId))
    .where(
      and(
        eq(subscription.connection, connection),
        eq(subscription.customerId, customerId),
        isNotNull(upgrade.takenBackAt),
        gt(upgrade.acvCents, 0),
      ),
    )
    .orderBy(upgrade.at, upgrade.id);
}

/** A customer's overdue invoices that changes of subscriptions made. @param but ids to leave out */
export async function listOverdueChanges(
  tx: Tx,
  { connection, customerId }: CustomerRef,
  but: string[] = [],
): Promise<OwnInvoice[]> {
  const rows = await tx
    .select({
      id: invoiceOverdue.id,
      issuedAt: invoiceOverdue.changeIssuedAt,
      subscriptionId: invoiceOverdue.subscriptionId,
    })
    .from(invoiceOverdue)
    .where(
      and(
        eq(invoiceOverdue.connection, connection),
        eq(invoiceOverdue.customerId, customerId),
        isNotNull(invoiceOverdue.changeIssuedAt),
        but.length === 0 ? sql`true` : notInArray(invoiceOverdue.id, but),
      ),
    );
  return rows.flatMap(({ issuedAt, ...row }) => (issuedAt === null ? [] : [{ ...row, issuedAt }]));
}

/**
 * An upgrade that was taken back stands again: what was taken from each credit then is given back, to whom it had
 * belonged, whatever contacts there were since.
 * @returns false when there is none, or it stands already
 */
export async function reinstateUpgrade(tx: Tx, id: string, input: { reason: string; now: Iso }): Promise<boolean> {
  const { reason, now } = input;
  const [before] = await tx.select().from(upgrade).where(eq(upgrade.id, id)).for('no key update');
  if (!before?.takenBackAt) return false;
  const taken = await tx
    .select()
    .from(attribution)
    .where(and(eq(attribution.upgradeId, id), eq(attribution.at, before.takenBackAt)))
    .orderBy(attribution.id);
  const given = taken.map(({ id: _, ...row }) => ({
    ...row,
    acvCents: -row.acvCents,
    reason: `reinstated: ${reason}`,
    at: now,
  }));
  if (given.length > 0) await tx.insert(attribution).values(given);
  await tx.update(upgrade).set({ takenBackAt: null, takenBackReason: null }).where(eq(upgrade.id, id));
  // It keeps prompts away again.
  await wakeRunning(tx, [before.account], now);
  return true;
}
