import { sql } from 'drizzle-orm';
import { bigserial, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { TrialState } from '../../domain/model.ts';
import { cents, iso } from './columns.ts';

export const offer = pgTable(
  'offer',
  {
    id: text().primaryKey(),
    account: text().notNull(),
    product: text().notNull(),
    fromPlan: text().notNull(),
    toPlan: text().notNull(),
    triggerEventId: text(),
    journeyId: text(),
    state: text().$type<TrialState>().notNull(),
    reason: text(),
    expiresAt: iso().notNull(),
    createdAt: iso().notNull(),
    updatedAt: iso().notNull(),
  },
  (t) => [index().on(t.account, t.product), index().on(t.state, t.expiresAt), index().on(t.triggerEventId)],
);

export const trial = pgTable(
  'trial',
  {
    offerId: text()
      .primaryKey()
      .references(() => offer.id),
    account: text().notNull(),
    product: text().notNull(),
    plan: text().notNull(),
    state: text().$type<TrialState>().notNull(),
    actor: text().notNull(),
    door: text().notNull(),
    subscriptionId: text(),
    grantedAt: iso().notNull(),
    startedAt: iso(),
    endsAt: iso().notNull(),
    endedAt: iso(),
    reason: text(),
  },
  (t) => [
    uniqueIndex('trial_one_open').on(t.account, t.product).where(sql`${t.state} in ('granting', 'active')`),
    index().on(t.state, t.endsAt),
  ],
);

export const upgrade = pgTable(
  'upgrade',
  {
    id: text().primaryKey(),
    account: text().notNull(),
    product: text().notNull(),
    subscriptionId: text().notNull(),
    version: integer().notNull(),
    fromPlan: text(),
    toPlan: text(),
    fromMrrCents: cents().notNull(),
    toMrrCents: cents().notNull(),
    acvCents: cents().notNull(),
    at: iso().notNull(),
    /** When billing last showed what had been before it: its invoice is younger. Null in records of old. */
    unchangedAt: iso(),
    takenBackAt: iso(),
    takenBackReason: text(),
  },
  (t) => [uniqueIndex().on(t.subscriptionId, t.version), index().on(t.account, t.product, t.at)],
);

/** A row per share of an upgrade's ACV; negative rows take back; no trigger event means unattributed. */
export const attribution = pgTable(
  'attribution',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    upgradeId: text()
      .notNull()
      .references(() => upgrade.id),
    triggerEventId: text(),
    account: text().notNull(),
    product: text().notNull(),
    trigger: text(),
    acvCents: cents().notNull(),
    touches: integer().notNull(),
    accountManager: text(),
    reason: text().notNull(),
    at: iso().notNull(),
  },
  (t) => [index().on(t.upgradeId), index().on(t.triggerEventId)],
);
