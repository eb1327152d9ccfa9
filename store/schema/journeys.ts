import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { JourneyEnd, JourneyState } from '../../domain/journey/types.ts';
import { iso, json } from './columns.ts';
import { triggerEvent } from './triggers.ts';

export const journey = pgTable(
  'journey',
  {
    id: text().primaryKey(),
    account: text().notNull(),
    product: text().notNull(),
    play: text().notNull(),
    leadEventId: text().notNull(),
    state: json().$type<JourneyState>().notNull(),
    /** `running` until it ends with an outcome. */
    status: text().$type<'running' | JourneyEnd>().notNull(),
    reason: text(),
    configVersion: text(),
    startedAt: iso().notNull(),
    updatedAt: iso().notNull(),
    endedAt: iso(),
  },
  (t) => [
    uniqueIndex('journey_one_running').on(t.account, t.product).where(sql`${t.endedAt} is null`),
    index().on(t.status, t.startedAt),
    index().on(t.account, t.startedAt),
  ],
);

/** The primary key is the promise: a trigger event belongs to one journey, once, whatever is redelivered. */
export const journeyEvent = pgTable(
  'journey_event',
  {
    triggerEventId: text()
      .primaryKey()
      .references(() => triggerEvent.id),
    journeyId: text().notNull(),
    /** Token of the claim: the same claim asked again gets the same answer. */
    claim: text().notNull(),
    claimedAt: iso().notNull(),
  },
  (t) => [index().on(t.journeyId, t.claim)],
);
