import { bigserial, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectionReason, ConnectionState } from '../../domain/connection/types.ts';
import { bytea, iso, wireMs } from './columns.ts';

/** How calls went, of all workers together, by minute of the wire clock. Kept for minutes only. */
export const connectionCalls = pgTable(
  'connection_calls',
  {
    connection: text().notNull(),
    wireMinute: wireMs().notNull(),
    ok: integer().notNull(),
    failed: integer().notNull(),
    limited: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.wireMinute] })],
);

/** How a connection is now; its last transition tells since when. */
export const connectionHealth = pgTable('connection_health', {
  connection: text().primaryKey(),
  state: text().$type<ConnectionState>().notNull(),
  reason: text().$type<ConnectionReason>(),
  detail: text(),
  wireUntil: wireMs(),
  since: iso().notNull(),
  wireSince: wireMs().notNull(),
});

/** A small history: the newest of each connection. */
export const connectionTransition = pgTable(
  'connection_transition',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    connection: text().notNull(),
    at: iso().notNull(),
    wireAt: wireMs().notNull(),
    fromState: text().$type<ConnectionState>().notNull(),
    fromReason: text().$type<ConnectionReason>(),
    wireFromSince: wireMs().notNull(),
    state: text().$type<ConnectionState>().notNull(),
    reason: text().$type<ConnectionReason>(),
    detail: text(),
    /** Its owner was told. */
    told: boolean().notNull().default(false),
  },
  (t) => [index().on(t.connection, t.id)],
);

/** Which warnings of a credential's end were given: one for each number of days. */
export const expiryWarning = pgTable(
  'expiry_warning',
  {
    connection: text().notNull(),
    secret: text().notNull(),
    expiresAt: iso().notNull(),
    days: integer().notNull(),
    at: iso().notNull(),
  },
  (t) => [primaryKey({ columns: [t.connection, t.secret, t.expiresAt, t.days] })],
);

/** An access token that we got ourselves, sealed, and who is getting the next one. */
export const connectionToken = pgTable('connection_token', {
  connection: text().primaryKey(),
  sealed: bytea(),
  /** Raised with each new token: a refusal of an older one means nothing. */
  generation: integer().notNull().default(0),
  wireExpiresAt: wireMs(),
  leaseOwner: text(),
  wireLeaseUntil: wireMs(),
});
