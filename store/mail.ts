import { and, desc, eq, gte, inArray, or, sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { effect } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** A mail of ours, as far as a report about it needs to know. */
export interface SentMail {
  effectKey: string;
  account: string;
  person: string | null;
}

const SENT = { effectKey: effect.key, account: effect.account, person: effect.person };

/**
 * The mail that one of these Message-IDs (`<left@right>`) names: ours, whose left side is the effect's idempotency key,
 * or the one that the relay gave it. Whatever became of it: a mail whose fate is unclear can be reported on as well.
 */
export async function findMail(tx: Tx, connection: string, messageIds: string[]): Promise<SentMail | null> {
  if (messageIds.length === 0) return null;
  const keys = messageIds.map((id) => id.replace(/^<|@.*$/g, ''));
  const given = sql`${effect.result}->>'messageId'`;
  const bare = messageIds.map((id) => id.replace(/^<|>$/g, ''));
  const [row] = await tx
    .select(SENT)
    .from(effect)
    .where(
      and(
        eq(effect.connection, connection),
        or(inArray(effect.idempotencyKey, keys), inArray(given, [...messageIds, ...bare])),
      ),
    )
    .orderBy(desc(effect.claimedAt))
    .limit(1);
  return row ?? null;
}

/** The newest mail that left for a person since then, by this connection. */
export async function newestMailTo(
  tx: Tx,
  { connection, person, since }: { connection: string; person: string; since: Iso },
): Promise<SentMail | null> {
  const [row] = await tx
    .select(SENT)
    .from(effect)
    .where(
      and(
        eq(effect.person, person),
        eq(effect.connection, connection),
        inArray(effect.phase, ['confirmed', 'unclear']),
        gte(effect.claimedAt, since),
      ),
    )
    .orderBy(desc(effect.claimedAt))
    .limit(1);
  return row ?? null;
}
