import { sql } from 'drizzle-orm';
import { bigserial, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { AttemptNote } from '../../domain/effect/attempt-notes.ts';
import type { Category, Channel, EffectPhase, EngagementKind, Json, Touch } from '../../domain/model.ts';
import { bytea, iso, json, wireMs } from './columns.ts';

/** Rows that exist only to be locked: no foreign key ever waits on them. */
export const lockRow = pgTable(
  'lock_row',
  { scope: text().$type<'account' | 'person' | 'budget'>().notNull(), id: text().notNull() },
  (t) => [primaryKey({ columns: [t.scope, t.id] })],
);

export const effect = pgTable(
  'effect',
  {
    key: text().primaryKey(),
    /** base64url(SHA-256(tenant + key)): what vendors see. */
    idempotencyKey: text().notNull(),
    connection: text().notNull(),
    operation: text().notNull(),
    account: text().notNull(),
    product: text(),
    person: text(),
    play: text(),
    step: text(),
    journeyId: text(),
    triggerEventId: text(),
    offerId: text(),
    customerFacing: boolean().notNull(),
    touch: boolean().notNull(),
    channel: text().$type<Channel>(),
    category: text().$type<Category>(),
    phase: text().$type<EffectPhase>().notNull(),
    /** Sealed bytes of the vendor's request; null once erased. */
    payload: bytea(),
    payloadSha256: text().notNull(),
    result: json().$type<Json>(),
    reason: text(),
    attempt: integer().notNull(),
    /** Written along with what each step of an attempt writes anyway. */
    attempts: json().$type<AttemptNote[]>().notNull().default([]),
    wireDeadlineAt: wireMs(),
    settleMs: integer().notNull(),
    /** Set while a re-judged effect waits. */
    notBefore: iso(),
    claimedAt: iso().notNull(),
    updatedAt: iso().notNull(),
    wireUpdatedAt: wireMs().notNull(),
    finishedAt: iso(),
  },
  (t) => [
    index().on(t.phase, t.wireUpdatedAt),
    index().on(t.account, t.claimedAt),
    index().on(t.claimedAt),
    index().on(t.journeyId),
    index().on(t.triggerEventId),
    index().on(t.offerId),
    // What relays call a mail: our own id, and theirs.
    index().on(t.idempotencyKey),
    index('effect_message_id').on(sql`(${t.result}->>'messageId')`),
    index().on(t.person, t.claimedAt),
  ],
);

export const touch = pgTable(
  'touch',
  {
    effectKey: text()
      .primaryKey()
      .references(() => effect.key),
    account: text().notNull(),
    product: text().notNull(),
    person: text().notNull(),
    triggerEventId: text().notNull(),
    channel: text().$type<Channel>().notNull(),
    state: text().$type<Touch['state']>().notNull(),
    at: iso().notNull(),
    deliveredAt: iso(),
    engagedAt: iso(),
    releasedReason: text(),
  },
  (t) => [index().on(t.account, t.at), index().on(t.person, t.at), index().on(t.triggerEventId)],
);

export const engagement = pgTable(
  'engagement',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    effectKey: text().notNull(),
    kind: text().$type<EngagementKind>().notNull(),
    counts: boolean().notNull(),
    at: iso().notNull(),
    detail: json().$type<Json>(),
  },
  (t) => [index().on(t.effectKey)],
);

/** In-app prompts: what the product asks for and shows. */
export const prompt = pgTable(
  'prompt',
  {
    key: text().primaryKey(),
    account: text().notNull(),
    user: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    linkLabel: text(),
    linkUrl: text(),
    createdAt: iso().notNull(),
    expiresAt: iso().notNull(),
    shownAt: iso(),
    clickedAt: iso(),
    dismissedAt: iso(),
    expiredAt: iso(),
  },
  (t) => [index().on(t.account, t.user), index().on(t.expiresAt)],
);

/** Tracked links, unsubscribe links and one-time actions: only the token's hash is kept. */
export const link = pgTable(
  'link',
  {
    tokenHash: text().primaryKey(),
    kind: text().$type<'upgrade' | 'unsubscribe' | 'action'>().notNull(),
    account: text().notNull(),
    effectKey: text(),
    person: text(),
    /** What the link stands for: the offer, the category, the target. */
    body: json().$type<Json>(),
    createdAt: iso().notNull(),
    expiresAt: iso().notNull(),
    usedAt: iso(),
  },
  (t) => [index().on(t.effectKey), index().on(t.expiresAt)],
);
